import { meaningOf } from '../values/meaning.ts';
import { type Leaf, leavesOf } from '../values/tree.ts';
import { type ChartVersion, inRange, isBefore } from '../version.ts';
import { minorsWith } from './chart-keys.ts';
import { findContradictions } from './contradictions.ts';
import { fates } from './fates.ts';
import type { Finding } from './finding.ts';
import { type KnownKey, knownKeys } from './known-keys.ts';
import { builtInUniverse, type Universe } from './universe.ts';

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
    return universe.has(leaf.key) ? wrongValue(leaf, version) : [unknownKey(leaf, universe)];
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

/** From this version on charts have a schema that looks at types, and at nothing else. */
const schemaSince = '1.16.0';

function wrongValue({ key, value }: Leaf, version: ChartVersion): Finding[] {
  const known = knownKeys.find((each) => each.key === key);
  if (known?.words !== undefined && !known.words.includes(String(value))) {
    const message = `${JSON.stringify(value)} is no word of it, and no chart notices`;
    return [
      {
        rule: 'wrong-word',
        severity: 'error',
        key,
        message,
        use: `one of ${known.words.filter(Boolean).join(', ')}`,
      },
    ];
  }
  if (known?.type === undefined || hasType(value, known.type)) return [];
  const isRefused = known.type === 'boolean' && !isBefore(version, schemaSince);
  const message = `${JSON.stringify(value)} is no ${known.type}${isRefused ? ', the chart refuses it' : ''}`;
  return [
    { rule: 'wrong-type', severity: isRefused ? 'error' : 'warning', key, message, use: `a ${known.type}` },
  ];
}

function hasType(value: unknown, type: NonNullable<KnownKey['type']>): boolean {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isInteger(value);
    case 'string':
      return typeof value === 'string';
    case 'list':
      // helm's templates take one text as well.
      return Array.isArray(value) || typeof value === 'string';
  }
}
