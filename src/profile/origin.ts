/** Who decided a value. */
export type Origin =
  | { readonly source: 'flag' | 'environment'; readonly name: string }
  | { readonly source: 'file'; readonly file: string; readonly line: number; readonly column: number }
  | { readonly source: 'profile'; readonly name: string }
  | { readonly source: 'derived'; readonly from: string }
  | { readonly source: 'default' };

export function originText(origin: Origin): string {
  switch (origin.source) {
    case 'flag':
      return `flag ${origin.name}`;
    case 'environment':
      return `environment ${origin.name}`;
    case 'file':
      return `file ${origin.file}:${origin.line}:${origin.column}`;
    case 'profile':
      return `profile ${origin.name}`;
    case 'derived':
      return `derived from ${origin.from}`;
    case 'default':
      return 'default';
  }
}

/** Where a reader finds it: a file with line and column, else a name with none. */
export function placeOf(origin: Origin): {
  readonly file: string;
  readonly line: number;
  readonly column: number;
} {
  switch (origin.source) {
    case 'file':
      return { file: origin.file, line: origin.line, column: origin.column };
    case 'flag':
    case 'environment':
      return { file: origin.name, line: 0, column: 0 };
    default:
      return { file: originText(origin), line: 0, column: 0 };
  }
}

const rank = { flag: 5, environment: 4, file: 3, profile: 2, derived: 1, default: 0 } as const;

/** The origin that a user should look at first: the strongest one, in a file the last one. */
export function strongest<T extends { readonly origin: Origin }>(candidates: readonly T[]): T | undefined {
  return candidates.reduce<T | undefined>(
    (best, next) => (best === undefined || compare(next.origin, best.origin) > 0 ? next : best),
    undefined,
  );
}

function compare(a: Origin, b: Origin): number {
  if (a.source === 'file' && b.source === 'file') return a.line - b.line || a.column - b.column;
  return rank[a.source] - rank[b.source];
}
