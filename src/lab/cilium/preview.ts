import { type ChangedKey, differingKeys, renderCiliumValues } from '../../cilium/index.ts';
import type { Exec } from '../../core/exec.ts';
import { ciliumManifests, configIn } from './manifests.ts';
import type { CiliumRequest, GivenChart } from './request.ts';

export interface Preview {
  readonly values: readonly ChangedKey[];
  /** Keys of cilium-config, what agents really read; null where a chart is missing. */
  readonly config: readonly ChangedKey[] | null;
}

/** What a step from one version or profile to another changes. Asks no cluster; helm only where both have a chart. */
export async function previewChange(exec: Exec, from: CiliumRequest, to: CiliumRequest): Promise<Preview> {
  const values = differingKeys(valuesOf(from), valuesOf(to));
  if (from.chart === undefined || to.chart === undefined) return { values, config: null };
  const [before, after] = [await configOf(exec, from, from.chart), await configOf(exec, to, to.chart)];
  return { values, config: differingKeys(before, after) };
}

const valuesOf = ({ lab, version, observe }: CiliumRequest) => renderCiliumValues(lab, version, observe);

/** The data of ConfigMap cilium-config. */
export const configOf = async (exec: Exec, request: CiliumRequest, chart: GivenChart) =>
  configIn(await ciliumManifests(exec, request, chart));
