import { corrections } from './lint/corrections.ts';
import type { Finding } from './lint/finding.ts';
import { fateOf, lintValues } from './lint/lint.ts';
import { builtInUniverse, type Universe } from './lint/universe.ts';
import { fittingClusterName, longestClusterName } from './values/cluster-name.ts';
import type { Intents } from './values/intents.ts';
import { intentOf, valuesOf } from './values/render.ts';
import { type Leaf, leavesOf, valueUnder, withoutValue, withValue } from './values/tree.ts';
import type { ChartVersion } from './version.ts';

export interface Migration {
  /** For the new version. */
  readonly values: Readonly<Record<string, unknown>>;
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

/** Says what was meant for one version in the words of another. All else stays as it is, and where it is. */
export function migrateValues(
  before: Values,
  { from, to, universe = builtInUniverse(to) }: MigrateOptions,
): Migration {
  const changes: Change[] = [];
  let values = before;
  for (const leaf of leavesOf(before)) {
    const meant = corrected(leaf, changes);
    const said = meant === undefined ? [] : inWordsOf(meant, from, to);
    if (meant !== undefined && !isSame(said, meant)) {
      const written = said.map(lineOf).join(', ');
      changes.push({ from: lineOf(meant), to: written, why: `as ${to} says it` });
    }
    if (isSame(said, leaf)) continue;
    if (said.every(({ key }) => key !== leaf.key)) values = withoutValue(values, leaf.key);
    for (const { key, value } of said) values = withValue(values, key, value);
  }
  const fitted = fitClusterName(values, changes);
  return { values: fitted, changes, findings: lintValues(fitted, { version: to, universe }) };
}

/** The same intent at another version; the leaf itself where that version reads it so, or it is no intent. */
function inWordsOf(leaf: Leaf, from: ChartVersion, to: ChartVersion): readonly Leaf[] {
  const there = intentOf(leaf.key, leaf.value, to);
  const intent = intentOf(leaf.key, leaf.value, from) ?? there;
  if (intent === undefined) return [leaf];
  const isReadSo = JSON.stringify(there) === JSON.stringify(intent);
  if (isReadSo && fateOf(leaf, to) === undefined) return [leaf];
  return [...leavesOf(valuesOf(intent, to)), ...protocolOf(leaf, intent)];
}

const isSame = ([only, ...more]: readonly Leaf[], leaf: Leaf): boolean =>
  only !== undefined && more.length === 0 && lineOf(only) === lineOf(leaf);

/** A misspelt or misplaced key under its right name; undefined for one that never did anything and means nothing. */
function corrected(leaf: Leaf, changes: Change[]): Leaf | undefined {
  const correction = corrections.find(({ key }) => key === leaf.key);
  if (correction === undefined) return leaf;
  const { use, why, read } = correction;
  if (use === undefined) {
    changes.push({ from: lineOf(leaf), to: '', why });
    return undefined;
  }
  const right = { key: use, value: read === undefined ? leaf.value : read(leaf.value) };
  changes.push({ from: lineOf(leaf), to: lineOf(right), why });
  return right;
}

/** `tunnel: geneve` says two things at once. */
function protocolOf({ key, value }: Leaf, { routing }: Partial<Intents>): Leaf[] {
  return key === 'tunnel' && routing === 'tunnel' ? [{ key: 'tunnelProtocol', value }] : [];
}

function fitClusterName(values: Values, changes: Change[]): Values {
  const key = 'cluster.name';
  const value = valueUnder(values, key);
  if (typeof value !== 'string' || value.length <= longestClusterName) return values;
  const name = fittingClusterName(value);
  changes.push({
    from: lineOf({ key, value }),
    to: lineOf({ key, value: name }),
    why: `newer charts take at most ${longestClusterName} characters`,
  });
  return withValue(values, key, name);
}

const lineOf = ({ key, value }: Leaf): string =>
  `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
