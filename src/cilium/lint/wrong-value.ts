import type { Leaf } from '../values/tree.ts';
import { type ChartVersion, inRange } from '../version.ts';
import type { Finding } from './finding.ts';
import { type KnownKey, knownKeys, type Word } from './known-keys.ts';
import type { Universe } from './universe.ts';

/** From this version on charts have a schema that looks at types, and at nothing else. */
const withSchema = { from: '1.16.0' };

/** A value that a known key does not take. */
export function wrongValue(leaf: Leaf, version: ChartVersion, universe: Universe): Finding[] {
  const { key, value } = leaf;
  if (isScalar(value) && universe.isMap(key)) return [noMap(leaf, universe)];
  const known = knownKeys.find((each) => each.key === key);
  if (known?.words !== undefined) return wrongWord(leaf, version, known.words, known.isChecked === true);
  if (known?.type === undefined || hasType(value, known.type)) return [];
  const isRefused = known.type === 'boolean' && inRange(version, withSchema);
  const message = `${JSON.stringify(value)} is no ${known.type}${isRefused ? ', the chart refuses it' : ''}`;
  return [
    { rule: 'wrong-type', severity: isRefused ? 'error' : 'warning', key, message, use: `a ${known.type}` },
  ];
}

function noMap({ key, value }: Leaf, universe: Universe): Finding {
  const hasSwitch = typeof value === 'boolean' && universe.has(`${key}.enabled`);
  return {
    rule: 'wrong-type',
    severity: 'error',
    key,
    message: `${JSON.stringify(value)} stands where the chart has a map`,
    ...(hasSwitch ? { use: `${key}.enabled: ${value}` } : {}),
  };
}

function wrongWord(
  { key, value }: Leaf,
  version: ChartVersion,
  words: readonly Word[],
  isChecked: boolean,
): Finding[] {
  const all = words.map((each) => (typeof each === 'string' ? { word: each } : each));
  const known = all.filter((each) => inRange(version, each));
  if (isScalar(value) && known.some(({ word }) => word === String(value))) return [];
  const elsewhere = isScalar(value) ? all.find(({ word }) => word === String(value)) : undefined;
  const since = elsewhere?.from === undefined ? [] : [`from ${elsewhere.from} on`];
  const until = elsewhere?.before === undefined ? [] : [`before ${elsewhere.before}`];
  const when = elsewhere === undefined ? '' : ` here (it is ${[...since, ...until].join(' and ')})`;
  return [
    {
      rule: 'wrong-word',
      severity: 'error',
      key,
      message: `${JSON.stringify(value)} is no word of it${when}${isChecked ? '' : ', and no chart notices'}`,
      use: `one of ${known
        .map(({ word }) => word)
        .filter(Boolean)
        .join(', ')}`,
    },
  ];
}

const isScalar = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

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
