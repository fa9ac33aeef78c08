import { corrections } from './lint/corrections.ts';
import type { Finding } from './lint/finding.ts';
import { lintValues } from './lint/lint.ts';
import { builtInUniverse, type Universe } from './lint/universe.ts';
import type { Intents } from './values/intents.ts';
import { intentOf, valuesOf } from './values/render.ts';
import { type Leaf, leavesOf, withValue } from './values/tree.ts';
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

/** Says what was meant for one version in the words of another. What is not understood stays as it is. */
export function migrateValues(
  before: Values,
  { from, to, universe = builtInUniverse }: MigrateOptions,
): Migration {
  const changes: Change[] = [];
  let values: Values = {};
  for (const leaf of leavesOf(before)) {
    const meant = corrected(leaf, changes);
    if (meant === undefined) continue;
    const intent = intentOf(meant.key, meant.value, from) ?? intentOf(meant.key, meant.value, to);
    const said = intent === undefined ? [meant] : leavesOf(valuesOf(intent, to));
    const extra = intent === undefined ? [] : protocolOf(meant, intent);
    for (const { key, value } of [...said, ...extra]) values = withValue(values, key, value);
    const written = [...said, ...extra].map(lineOf).join(', ');
    if (written !== lineOf(meant))
      changes.push({ from: lineOf(meant), to: written, why: `as ${to} says it` });
  }
  const fitted = fitClusterName(values, changes);
  return { values: fitted, changes, findings: lintValues(fitted, { version: to, universe }) };
}

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

const longestClusterName = 32;

function fitClusterName(values: Values, changes: Change[]): Values {
  const found = leavesOf(values).find(({ key }) => key === 'cluster.name');
  if (typeof found?.value !== 'string' || found.value.length <= longestClusterName) return values;
  const name = found.value.slice(0, longestClusterName).replace(/-+$/, '');
  const to = { key: 'cluster.name', value: name };
  changes.push({ from: lineOf(found), to: lineOf(to), why: 'newer charts take at most 32 characters' });
  return withValue(values, to.key, name);
}

const lineOf = ({ key, value }: Leaf): string =>
  `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
