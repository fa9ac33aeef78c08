import type { Evidence } from './check.ts';

interface Row {
  readonly what: string;
  readonly command: string;
}

/** Values print as they are compared; lists as sorted text. */
export function equal(row: Row, expected: string | number, observed: string | number): Evidence {
  return { ...row, expected: String(expected), observed: String(observed), ok: expected === observed };
}

/** Two sets of names; what is missing and what is too much is told, not the whole sets. */
export function sameSet(row: Row, expected: Iterable<string>, observed: Iterable<string>): Evidence {
  const wanted = new Set(expected);
  const seen = new Set(observed);
  const missing = [...wanted].filter((name) => !seen.has(name)).sort();
  const extra = [...seen].filter((name) => !wanted.has(name)).sort();
  const difference = [
    ...(missing.length > 0 ? [`missing ${shorten(missing)}`] : []),
    ...(extra.length > 0 ? [`too much ${shorten(extra)}`] : []),
  ];
  return {
    ...row,
    expected: `${wanted.size} entries`,
    observed: difference.length === 0 ? `the same ${seen.size} entries` : difference.join('; '),
    ok: difference.length === 0,
  };
}

/** None of something that must not exist. */
export function none(row: Row, found: readonly string[]): Evidence {
  return {
    ...row,
    expected: 'none',
    observed: found.length === 0 ? 'none' : shorten(found),
    ok: found.length === 0,
  };
}

/** At least one of something that must exist. */
export function some(row: Row, found: readonly string[]): Evidence {
  return {
    ...row,
    expected: 'at least 1',
    observed: found.length === 0 ? 'none' : shorten(found),
    ok: found.length > 0,
  };
}

/** A counter that must have moved by at least `least`. */
export function moved(row: Row, before: number, after: number, least = 1): Evidence {
  const by = after - before;
  return {
    ...row,
    expected: `+${least} or more`,
    observed: `${before} to ${after} (+${by})`,
    ok: by >= least,
  };
}

/** A fact that holds or not, with the words for what was seen. */
export function holds(row: Row, expected: string, observed: string, ok: boolean): Evidence {
  return { ...row, expected, observed, ok };
}

const shown = 6;
const shorten = (names: readonly string[]): string =>
  names.length <= shown
    ? names.join(', ')
    : `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`;
