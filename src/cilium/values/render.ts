import { jsonMerge } from '../../core/json-merge.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { type ChartVersion, defaultVersion, inRange, parseVersion } from '../version.ts';
import { type Intents, intentsOf, type Observe } from './intents.ts';
import { valueTable } from './table.ts';
import { withValue } from './tree.ts';

/** Helm values of the upstream chart at a version. The lab's own raw values are merged last. */
export function renderCiliumValues(
  lab: ResolvedLab,
  version: ChartVersion,
  observe: Observe = 'default',
): Readonly<Record<string, unknown>> {
  const values = valuesOf(intentsOf(lab, observe), version);
  return jsonMerge(values, lab.raw.helm) as Readonly<Record<string, unknown>>;
}

/** The values as a part of what `render` shows or writes. */
export function ciliumValuesPart(
  lab: ResolvedLab,
  version: string = defaultVersion,
  observe: Observe = 'default',
) {
  const chart = parseVersion(version);
  return {
    part: 'values' as const,
    title: `values of Cilium's chart: helm install cilium cilium/cilium --namespace kube-system --version ${chart} -f values.yaml`,
    path: 'values.yaml',
    documents: [renderCiliumValues(lab, chart, observe)],
  };
}

/** Intents in the words of a version. */
export function valuesOf(
  intents: Partial<Intents>,
  version: ChartVersion,
): Readonly<Record<string, unknown>> {
  let values: Readonly<Record<string, unknown>> = {};
  for (const { intent, key, words, isOnlyRead, ...range } of valueTable) {
    const wanted = intents[intent];
    if (wanted === undefined || isOnlyRead === true || !inRange(version, range)) continue;
    const word = words === undefined ? wanted : words.find(([, meaning]) => meaning === wanted)?.[0];
    values = withValue(values, key, word);
  }
  return values;
}

/** What a key with this value means in a version; undefined where it is no intent or no word of it. */
export function intentOf(key: string, value: unknown, version: ChartVersion): Partial<Intents> | undefined {
  const row = valueTable.find((each) => each.key === key && inRange(version, each));
  if (row === undefined) return undefined;
  const wanted = row.words === undefined ? value : row.words.find(([word]) => word === value)?.[1];
  return wanted === undefined ? undefined : { [row.intent]: wanted };
}
