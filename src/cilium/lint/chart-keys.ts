import { compareVersions, inRange, minorOf, type VersionRange } from '../version.ts';
import written from './generated/chart-keys.json' with { type: 'json' };

/** Keys that charts have from the first minor on, and that are gone with the second. Whole trees end with `.*`. */
export interface KeysOfMinors {
  /** `1.14` */
  readonly from: string;
  readonly before?: string;
  readonly keys: readonly string[];
}

/** The keys of released charts by minor, from 1.12 on: what is looked at where no chart is at hand. */
const keysOfMinors: readonly KeysOfMinors[] = written;

/** Every key that a chart of this minor has. Charts newer than the newest that was read count as that one. */
export const builtInKeys = (version: string): readonly string[] =>
  keysOfMinors.filter((group) => inRange(version, rangeOf(group))).flatMap(({ keys }) => keys);

/** The minor whose keys count for a version: its own, or the newest that was read. */
export function readMinor(version: string): string {
  const known = keysOfMinors.flatMap(({ from, before }) => (before === undefined ? [from] : [from, before]));
  const newest = known.sort(byMinor).at(-1) ?? '';
  return byMinor(minorOf(version), newest) > 0 ? newest : minorOf(version);
}

/** The minors whose charts have a key, in words; undefined where none has it. */
export function minorsWith(key: string): string | undefined {
  const group = keysOfMinors.find(({ keys }) => keys.includes(key));
  if (group === undefined) return undefined;
  return group.before === undefined
    ? `charts from ${group.from} on have it`
    : `charts from ${group.from} on have it, and none from ${group.before} on`;
}

/** Groups keys by the minors that have them. No key comes back after it was gone. */
export function groupByMinors(
  charts: readonly { readonly version: string; readonly keys: readonly string[] }[],
): KeysOfMinors[] {
  const known = new Map<string, Set<string>>();
  for (const { version, keys } of charts) {
    const minor = minorOf(version);
    known.set(minor, new Set([...(known.get(minor) ?? []), ...keys]));
  }
  const minors = [...known.keys()].sort(byMinor);
  const groups = new Map<string, string[]>();
  for (const key of [...new Set(charts.flatMap(({ keys }) => keys))].sort()) {
    const having = minors.filter((minor) => known.get(minor)?.has(key) === true);
    const [from = '', after = ''] = [having[0], minors[minors.indexOf(having.at(-1) ?? '') + 1]];
    const range = `${from} ${after}`;
    groups.set(range, [...(groups.get(range) ?? []), key]);
  }
  return [...groups].sort().map(([range, keys]) => {
    const [from = '', before = ''] = range.split(' ');
    return { from, ...(before === '' ? {} : { before }), keys };
  });
}

const rangeOf = ({ from, before }: KeysOfMinors): VersionRange => ({
  from: `${from}.0`,
  ...(before === undefined ? {} : { before: `${before}.0` }),
});
const byMinor = (a: string, b: string): number => compareVersions(`${a}.0`, `${b}.0`);
