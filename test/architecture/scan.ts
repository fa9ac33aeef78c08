import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Import {
  /** A file of ours as a path from the project's root, or a package's name, or `node:...`. */
  readonly target: string;
  readonly isOurs: boolean;
  /** Vanishes at build time. */
  readonly isType: boolean;
  /** Loaded when it is needed: `await import()`. */
  readonly isLazy: boolean;
  readonly specifier: string;
}

export interface Source {
  /** Path from the project's root. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const importForms = [
  { pattern: /^(?:import|export)\s+(type\s+)?(?:[\w*{][^'"]*?\sfrom\s+)?'([^']+)'/gms, isLazy: false },
  { pattern: /\bimport\(\s*'([^']+)'\s*\)/g, isLazy: true },
] as const;

export function readSource(path: string, text: string): Source {
  const imports = importForms.flatMap(({ pattern, isLazy }) =>
    [...text.matchAll(pattern)].map((match): Import => {
      const specifier = match.at(-1) ?? '';
      const isOurs = specifier.startsWith('.');
      return {
        specifier,
        isOurs,
        isLazy,
        isType: !isLazy && (match[1] !== undefined || hasOnlyTypes(match[0])),
        target: isOurs ? posix.join(posix.dirname(path), specifier) : packageOf(specifier),
      };
    }),
  );
  return { path, text, imports };
}

/** All TypeScript files below folders, without what is generated. */
export function readTree(...folders: readonly string[]): Source[] {
  return folders
    .flatMap((folder) => readdirSync(join(projectRoot, folder), { withFileTypes: true, recursive: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name)))
    .filter((path) => !/\/(generated|fixtures)\//.test(path))
    .sort()
    .map((path) => readSource(path, readFileSync(join(projectRoot, path), 'utf8')));
}

/** `import { type A, type B } from` brings no value. */
function hasOnlyTypes(statement: string): boolean {
  const names = /\{([^}]*)\}/s
    .exec(statement)?.[1]
    ?.split(',')
    .map((name) => name.trim());
  const own = names?.filter((name) => name !== '') ?? [];
  return (
    own.length > 0 && own.every((name) => name.startsWith('type ')) && !/^import\s+\w+\s*,/.test(statement)
  );
}

const packageOf = (specifier: string): string =>
  specifier.startsWith('node:')
    ? specifier
    : specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
