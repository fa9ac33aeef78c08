import { failure } from '../../core/errors.ts';

/** Numbers for names: stable while in use, and not given to another name soon after. */
export interface Ids {
  readonly of: (name: string) => number;
  readonly find: (name: string) => number | undefined;
  readonly release: (name: string) => void;
  /** Takes over a number that a table has from an earlier run. */
  readonly adopt: (name: string, id: number) => void;
}

/** Ids 1 to `last`, handed out in a circle. */
export function createIds(what: string, last: number): Ids {
  const byName = new Map<string, number>();
  const used = new Set<number>();
  let previous = 0;

  const next = (): number => {
    if (used.size >= last) throw failure('E_IDS', `all ${last} ids for ${what} are in use`);
    do previous = previous >= last ? 1 : previous + 1;
    while (used.has(previous));
    used.add(previous);
    return previous;
  };
  return {
    find: (name) => byName.get(name),
    of: (name) => {
      const known = byName.get(name);
      if (known !== undefined) return known;
      const id = next();
      byName.set(name, id);
      return id;
    },
    release: (name) => {
      const id = byName.get(name);
      if (id !== undefined) used.delete(id);
      byName.delete(name);
    },
    adopt: (name, id) => {
      byName.set(name, id);
      used.add(id);
      previous = Math.max(previous, id);
    },
  };
}
