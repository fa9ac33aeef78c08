import { type ChangedKey, differingKeys } from '../../cilium/index.ts';
import { conflict } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { valuesOfRelease } from '../../platform/helm.ts';
import { kubectlFor } from '../../platform/kubectl.ts';
import type { Difference } from '../difference.ts';
import { kubeconfigOf } from '../kind/context.ts';
import { kindDifferences, planKindLab } from '../kind/plan.ts';
import { kindProblems } from '../kind/status.ts';
import { type KindRecord, readRecord } from '../owner-record.ts';
import { type LabPlan, planOf } from '../plan.ts';
import { ciliumRelease, configIn, manifestsOf, releaseName } from './manifests.ts';
import type { CiliumRequest, GivenChart } from './request.ts';
import { valuesToInstall } from './values.ts';

export interface CiliumPlan extends LabPlan {
  /** What Cilium is installed with, or is from now on. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Keys of cilium-config in which what agents read now is not what they will read; none for a new lab. */
  readonly config: readonly ChangedKey[];
  /** Agents read it when they start; those of another version start anew anyway. */
  readonly needsRestart: boolean;
}

export interface CiliumRequestWithChart extends CiliumRequest {
  readonly chart: GivenChart;
}

/**
 * Reads only. Values are compared with those that the release has, so that what somebody set by hand since is told
 * before it is lost; `keep` leaves it where the profile says nothing of it.
 */
export async function planCiliumLab(
  exec: Exec,
  request: CiliumRequestWithChart,
  keep: boolean,
): Promise<CiliumPlan> {
  const { lab } = request;
  const record = await readRecord(lab.name);
  const fresh = { values: valuesToInstall(request), config: [], needsRestart: false };
  if (record?.runtime !== 'kind' || record.phase === 'creating' || record.phase === 'destroying') {
    return { ...(await planKindLab(lab, exec)), ...fresh };
  }
  const changes = [...toCilium(record), ...kindDifferences(record.resolved, lab)];
  if (changes.some(({ live }) => !live)) return { ...planOf(lab.name, 'recreate', changes), ...fresh };
  const problems = await kindProblems(exec, record);
  const reasons = problems.map(({ what }) => what);
  if (problems.some(({ isLost }) => isLost))
    return { ...planOf(lab.name, 'recreate', [], reasons), ...fresh };
  const release = await valuesOfRelease(exec, releaseName, kubeconfigOf(lab.name));
  const version = record.cilium?.version ?? request.version;
  const values = valuesToInstall(request, keep ? { values: release ?? {}, version } : undefined);
  const ofCilium = [
    ...differing('cilium', [{ key: 'version', from: version, to: request.version }]),
    ...differing('values', differingKeys(release ?? {}, values)),
  ];
  if (changes.length + ofCilium.length === 0) {
    const retained = record.phase === 'retained' ? ['the last up failed'] : [];
    const all = [...reasons, ...retained];
    return { ...planOf(lab.name, all.length === 0 ? 'none' : 'repair', [], all), ...fresh, values };
  }
  const config = await changedConfig(exec, request, values);
  return {
    ...planOf(lab.name, 'change', [...changes, ...ofCilium, ...differing('cilium-config', config)]),
    values,
    config,
    needsRestart: config.length > 0 && version === request.version,
  };
}

/** Without somebody's word nothing of a lab that is up is changed: connections may break. */
export async function agreeTo(
  { action, lab, text }: LabPlan,
  consent: (question: string) => Promise<boolean>,
): Promise<void> {
  if (action !== 'change' || (await consent(`Change Cilium in lab ${lab} as told above?`))) return;
  throw conflict('E_CONSENT', `nobody agreed to change Cilium in lab ${lab}`, {
    fix: `labctl up --cni cilium --name ${lab} ... --yes`,
    details: { changes: text },
  });
}

/** A cluster keeps the CNI that it was made with. */
const toCilium = ({ cilium }: KindRecord): Difference[] =>
  cilium === undefined ? [{ path: 'cni', from: 'labctl', to: 'cilium', live: false }] : [];

const differing = (part: string, keys: readonly ChangedKey[]): Difference[] =>
  keys
    .filter(({ from, to }) => from !== to)
    .map(({ key, from, to }) => ({ path: `${part}.${key}`, from, to, live: true }));

/** The ConfigMap in the cluster, edited by hand or not, against the one that the chart makes. */
async function changedConfig(
  exec: Exec,
  request: CiliumRequestWithChart,
  values: unknown,
): Promise<readonly ChangedKey[]> {
  const kubectl = kubectlFor(exec, kubeconfigOf(request.lab.name));
  const present = await kubectl.json<{ items: readonly unknown[] }>([
    ...['get', 'configmaps', '--namespace', releaseName.namespace],
  ]);
  const wanted = await manifestsOf(exec, ciliumRelease(request, request.chart, values));
  return differingKeys(configIn(present.items), configIn(wanted));
}
