import { leavesOf } from './tree.ts';

type Values = Readonly<Record<string, unknown>>;

/** One key that is not the same on both sides; null where it is not there. */
export interface ChangedKey {
  readonly key: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** What a change of version or profile does to values, or to any other tree, by key. */
export function differingKeys(from: Values, to: Values): ChangedKey[] {
  const [before, after] = [wordsOf(from), wordsOf(to)];
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  return keys.flatMap((key) => {
    const change = { key, from: before.get(key) ?? null, to: after.get(key) ?? null };
    return change.from === change.to ? [] : [change];
  });
}

const wordsOf = (tree: Values): ReadonlyMap<string, string> =>
  new Map(
    leavesOf(tree).map(({ key, value }) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
