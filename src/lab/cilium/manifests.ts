import { parseAllDocuments } from 'yaml';
import { isTree, renderCiliumValues } from '../../cilium/index.ts';
import type { Exec } from '../../core/exec.ts';
import { type Release, templateRelease } from '../../platform/helm.ts';
import type { CiliumRequest, GivenChart } from './request.ts';

type Tree = Readonly<Record<string, unknown>>;

/** As Cilium's own guides install it: `cilium status` looks there. */
export const releaseName = { name: 'cilium', namespace: 'kube-system' } as const;

/** The release of a lab, by default with the values of its profile. */
export const ciliumRelease = (
  { lab, version, observe }: CiliumRequest,
  chart: GivenChart,
  values: unknown = renderCiliumValues(lab, version, observe),
): Release => ({ ...releaseName, chart: chart.place, values });

/** The objects that the chart makes of a lab's values. Asks no cluster. */
export const ciliumManifests = (
  exec: Exec,
  request: CiliumRequest,
  chart: GivenChart,
): Promise<readonly unknown[]> => manifestsOf(exec, ciliumRelease(request, chart));

export async function manifestsOf(exec: Exec, release: Release): Promise<readonly unknown[]> {
  const documents = parseAllDocuments(await templateRelease(exec, release));
  if ('empty' in documents) return [];
  return documents.map((document): unknown => document.toJS()).filter((value) => value !== null);
}

/** The data of ConfigMap cilium-config, what agents really read. */
export function configIn(objects: readonly unknown[]): Tree {
  const found = objects.find((object) => isTree(object) && kindAndName(object) === 'ConfigMap/cilium-config');
  return isTree(found) && isTree(found.data) ? found.data : {};
}

/** `DaemonSet/cilium`. */
export const kindAndName = ({ kind, metadata }: Tree): string =>
  `${String(kind)}/${isTree(metadata) ? String(metadata.name) : ''}`;
