import { jsonMerge } from '../../core/json-merge.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { type ChartVersion, defaultVersion, inRange, parseVersion } from '../version.ts';
import { type Intent, type Intents, intentsOf, type Observe } from './intents.ts';
import { type ValueRow, valueTable } from './table.ts';
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
  for (const { intent, key, words, unless } of rowsToWrite(version)) {
    const wanted = intents[intent];
    const isExcepted = Object.entries(unless ?? {}).some(
      ([name, value]) => intents[name as Intent] === value,
    );
    if (wanted === undefined || isExcepted) continue;
    const word = words === undefined ? wanted : words.find(([, meaning]) => meaning === wanted)?.[0];
    if (word !== undefined) values = withValue(values, key, word);
  }
  return values;
}

/** The rows by which a version is written. */
export const rowsToWrite = (version: ChartVersion): readonly ValueRow[] =>
  valueTable.filter((row) => row.isOnlyRead !== true && inRange(version, row));
