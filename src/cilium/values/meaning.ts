import { type ChartVersion, inRange } from '../version.ts';
import type { Intent, Intents } from './intents.ts';
import { type ValueRow, valueTable } from './table.ts';
import type { Leaf } from './tree.ts';

/** What a key with this value means in a version; undefined where it is no intent or no word of it. */
export function intentOf(leaf: Leaf, version: ChartVersion): Partial<Intents> | undefined {
  const meanings = rowsOf(version).flatMap((row) => {
    const wanted = readBy(row, leaf);
    return wanted === undefined ? [] : [[row.intent, wanted] as const];
  });
  return meanings.length === 0 ? undefined : Object.fromEntries(meanings);
}

/** The intents that a version reads out of values: where two keys say one, that by which the chart goes. */
export function meaningOf(leaves: readonly Leaf[], version: ChartVersion): Partial<Intents> {
  const deciding = leaves.filter((leaf) => winnerOver(leaf, leaves, version) === undefined);
  const meaning: { [intent in Intent]?: unknown } = {};
  for (const row of rowsOf(version)) {
    for (const leaf of deciding) meaning[row.intent] ??= readBy(row, leaf);
  }
  return meaning as Partial<Intents>;
}

/** The leaf by which a version goes instead of this one, where there is one. */
export function winnerOver(leaf: Leaf, leaves: readonly Leaf[], version: ChartVersion): Leaf | undefined {
  const rows = rowsOf(version);
  const own = rows.find((row) => readBy(row, leaf) !== undefined);
  if (own === undefined) return undefined;
  const stronger = rows.slice(0, rows.indexOf(own)).filter(({ intent }) => intent === own.intent);
  return leaves.find((other) => stronger.some((row) => readBy(row, other) !== undefined));
}

/** Charts take null, an empty text and an empty list as not given. */
export const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);

/** The rows of a version, the strongest first. */
const rowsOf = (version: ChartVersion): readonly ValueRow[] =>
  valueTable.filter((row) => inRange(version, row));

function readBy({ key, words }: ValueRow, leaf: Leaf): unknown {
  if (key !== leaf.key || !isGiven(leaf.value)) return undefined;
  return words === undefined ? leaf.value : words.find(([word]) => word === leaf.value)?.[1];
}
