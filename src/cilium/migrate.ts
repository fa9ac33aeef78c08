import { corrections } from './lint/corrections.ts';
import type { Finding } from './lint/finding.ts';
import { fateOf, lintValues } from './lint/lint.ts';
import { builtInUniverse, type Universe } from './lint/universe.ts';
import { fittingClusterName, longestClusterName } from './values/cluster-name.ts';
import type { Intents } from './values/intents.ts';
import { intentOf, isGiven, meaningOf, winnerOver } from './values/meaning.ts';
import { rowsToWrite, valuesOf } from './values/render.ts';
import { type Leaf, leavesOf, valueUnder, withoutValue, withValue } from './values/tree.ts';
import type { ChartVersion } from './version.ts';

export interface Migration {
  /** For the new version. */
  readonly values: Values;
  readonly changes: readonly Change[];
  /** What is still to be looked at, by the rules of the new version. */
  readonly findings: readonly Finding[];
}

export interface Change {
  /** `bpf.masquerade: true`; empty where something was added. */
  readonly from: string;
  /** Empty where something was dropped. */
  readonly to: string;
  readonly why: string;
}

export interface MigrateOptions {
  readonly from: ChartVersion;
  readonly to: ChartVersion;
  readonly universe?: Universe;
}

type Values = Readonly<Record<string, unknown>>;
type Versions = Pick<MigrateOptions, 'from' | 'to'>;
/** What becomes of values, with every change told. */
type Step = (values: Values, changes: Change[], versions: Versions) => Values;

/** Says what was meant for one version in the words of another. All else stays as it is, and where it is. */
export function migrateValues(
  before: Values,
  { from, to, universe = builtInUniverse(to) }: MigrateOptions,
): Migration {
  const changes: Change[] = [];
  const steps: readonly Step[] = [corrected, decided, inNewWords, withFittingName];
  const values = steps.reduce((given, step) => step(given, changes, { from, to }), before);
  return { values, changes, findings: lintValues(values, { version: to, universe }) };
}

/** Misspelt and misplaced keys under their right names; a right name that is given is never overwritten. */
const corrected: Step = (before, changes) => {
  let values = before;
  for (const leaf of leavesOf(before)) {
    const correction = corrections.find(({ key }) => key === leaf.key);
    if (correction === undefined || !isGiven(leaf.value)) continue;
    const { use, why, read = (value) => value } = correction;
    values = withoutValue(values, leaf.key);
    if (use === undefined) changes.push({ from: lineOf(leaf), to: '', why });
    else if (isGiven(valueUnder(before, use))) {
      changes.push({ from: lineOf(leaf), to: '', why: `${why}, and ${use} is given` });
    } else {
      const right = { key: use, value: read(leaf.value) };
      values = withValue(values, right.key, right.value);
      changes.push({ from: lineOf(leaf), to: lineOf(right), why });
    }
  }
  return values;
};

/** Without keys that another one outdoes: in the old version, or as one that only the new version reads. */
const decided: Step = (before, changes, { from, to }) => {
  const leaves = leavesOf(before);
  const meant = leaves.filter((leaf) => intentOf(leaf, from) !== undefined);
  return leaves.reduce((values, leaf) => {
    const isRead = meant.includes(leaf);
    const winner = isRead ? winnerOver(leaf, leaves, from) : outdoneBy(leaf, meant, { from, to });
    if (winner === undefined) return values;
    changes.push({ from: lineOf(leaf), to: '', why: `${winner.key} is given, which wins` });
    return withoutValue(values, leaf.key);
  }, before);
};

function outdoneBy(leaf: Leaf, meant: readonly Leaf[], { from, to }: Versions): Leaf | undefined {
  const intents = Object.keys(intentOf(leaf, to) ?? {});
  return meant.find((other) => Object.keys(intentOf(other, from) ?? {}).some((key) => intents.includes(key)));
}

const inNewWords: Step = (before, changes, { from, to }) => {
  const leaves = leavesOf(before);
  const meaning = { ...meaningOf(leaves, to), ...meaningOf(leaves, from) };
  let values = before;
  for (const leaf of leaves) {
    const said = inWordsOf(leaf, meaning, { from, to });
    if (said.some((each) => lineOf(each) === lineOf(leaf)) && said.length === 1) continue;
    const written = said.map(lineOf).join(', ');
    changes.push({ from: lineOf(leaf), to: written, why: `as ${to} says it` });
    if (said.every(({ key }) => key !== leaf.key)) values = withoutValue(values, leaf.key);
    for (const { key, value } of said) values = withValue(values, key, value);
  }
  return values;
};

/** The leaf itself where the new version reads it so, or it is no intent, or a word that nobody knows. */
function inWordsOf(leaf: Leaf, meaning: Partial<Intents>, { from, to }: Versions): readonly Leaf[] {
  const there = intentOf(leaf, to);
  const intent = intentOf(leaf, from) ?? there;
  if (intent === undefined) return [leaf];
  const isReadSo = JSON.stringify(there) === JSON.stringify(intent);
  if (isReadSo && fateOf(leaf, to) === undefined) return [leaf];
  const keys = rowsToWrite(to).flatMap((row) => (row.intent in intent ? [row.key] : []));
  const said = leavesOf(valuesOf(meaning, to)).filter(({ key }) => keys.includes(key));
  return said.length === 0 ? [leaf] : said;
}

const withFittingName: Step = (values, changes, { to }) => {
  const key = 'cluster.name';
  const leaf = { key, value: valueUnder(values, key) };
  if (typeof leaf.value !== 'string' || fateOf(leaf, to) === undefined) return values;
  const name = fittingClusterName(leaf.value);
  if (name === leaf.value) return values;
  const why = `charts from 1.16 on take at most ${longestClusterName} characters`;
  changes.push({ from: lineOf(leaf), to: lineOf({ key, value: name }), why });
  return withValue(values, key, name);
};

const lineOf = ({ key, value }: Leaf): string =>
  `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
