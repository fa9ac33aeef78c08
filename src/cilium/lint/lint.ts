import { meaningOf } from '../values/meaning.ts';
import { type Leaf, leavesOf } from '../values/tree.ts';
import { type ChartVersion, inRange } from '../version.ts';
import { minorsWith } from './chart-keys.ts';
import { findContradictions } from './contradictions/find.ts';
import { fates } from './fates.ts';
import type { Finding } from './finding.ts';
import { builtInUniverse, type Universe } from './universe.ts';
import { wrongValue } from './wrong-value.ts';

export interface LintOptions {
  readonly version: ChartVersion;
  /** Of a chart where one is at hand; the built-in table otherwise. */
  readonly universe?: Universe;
  /** kind's `networking.kubeProxyMode`. */
  readonly kubeProxyMode?: string;
}

type Values = Readonly<Record<string, unknown>>;

/** Everything about these values that will not do what it seems to say, in the order of the values. */
export function lintValues(values: Values, options: LintOptions): Finding[] {
  const { version, universe = builtInUniverse(options.version), kubeProxyMode } = options;
  const leaves = leavesOf(values).filter(({ value }) => value !== null);
  const single = leaves.flatMap((leaf) => {
    const fate = fateOf(leaf, version);
    if (fate !== undefined) return [fate];
    return universe.has(leaf.key) ? wrongValue(leaf, version, universe) : [unknownKey(leaf, universe)];
  });
  const meaning = { version, values, intents: meaningOf(leaves, version) };
  return [
    ...single,
    ...findContradictions(kubeProxyMode === undefined ? meaning : { ...meaning, kubeProxyMode }),
  ];
}

const severities = { ignored: 'error', refused: 'error', misread: 'error', deprecated: 'warning' } as const;

/** What becomes of a key with this value, where that is not what it seems to say. */
export function fateOf({ key, value }: Leaf, version: ChartVersion): Finding | undefined {
  const fate = fates.find(
    (each) => each.key === key && inRange(version, each) && (each.when === undefined || each.when(value)),
  );
  if (fate === undefined) return undefined;
  const { outcome, message, use } = fate;
  return { rule: 'fate', severity: severities[outcome], key, message, ...(use === undefined ? {} : { use }) };
}

function unknownKey({ key, value }: Leaf, universe: Universe): Finding {
  const use = universe.nearest(key);
  const sameName =
    use?.split('.').at(-1) === key.split('.').at(-1) && use?.split('.').length !== key.split('.').length;
  const minors = minorsWith(key);
  return {
    rule: sameName ? 'wrong-level' : 'unknown-key',
    severity: 'error',
    key,
    message: sameName
      ? 'is at the wrong level: it does nothing here'
      : `is no key of this chart${minors === undefined ? '' : ` (${minors})`}: it does nothing`,
    ...(use === undefined ? {} : { use: `${use}: ${JSON.stringify(value)}` }),
  };
}
