import type { Origin } from './origin.ts';

export type Path = readonly (string | number)[];

/** A lab file, whole or in part, from one source: not yet known to be valid. */
export interface Layer {
  readonly document: unknown;
  /** Who wrote what stands at a path: its value, or the key that names it. Where nothing stands, the nearest above. */
  readonly originOf: (path: Path, part: 'key' | 'value') => Origin;
}

/** What stands at a path, or undefined. Never looks at inherited members. */
export function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

/** A document that holds the given values at their paths. */
export function documentOf(
  entries: readonly (readonly [path: readonly string[], value: unknown])[],
): unknown {
  const root: Tree = {};
  for (const [path, value] of entries) {
    let at = root;
    for (const key of path.slice(0, -1)) {
      const next: Tree = isTree(at[key]) ? at[key] : {};
      at[key] = next;
      at = next;
    }
    const last = path.at(-1);
    if (last !== undefined) at[last] = value;
  }
  return root;
}

type Tree = { [key: string]: unknown };
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;
