import { parseAllDocuments } from 'yaml';
import { renderCiliumValues } from '../../cilium/index.ts';
import type { Exec } from '../../core/exec.ts';
import { type Release, templateRelease } from '../../platform/helm.ts';
import type { CiliumRequest, GivenChart } from './request.ts';

/** As Cilium's own guides install it: `cilium status` looks there. */
const releaseName = { name: 'cilium', namespace: 'kube-system' } as const;

/** The release of a lab, by default with the values of its profile. */
export const ciliumRelease = (
  { lab, version, observe }: CiliumRequest,
  chart: GivenChart,
  values: unknown = renderCiliumValues(lab, version, observe),
): Release => ({ ...releaseName, chart: chart.place, values });

/** The objects that the chart makes of a lab's values. Asks no cluster. */
export async function ciliumManifests(
  exec: Exec,
  request: CiliumRequest,
  chart: GivenChart,
): Promise<readonly unknown[]> {
  const documents = parseAllDocuments(await templateRelease(exec, ciliumRelease(request, chart)));
  if ('empty' in documents) return [];
  return documents.map((document): unknown => document.toJS()).filter((value) => value !== null);
}
