import type { Exec } from '../../core/exec.ts';
import { exec as platformExec } from '../../platform/exec.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { type Difference, differences } from '../difference.ts';
import { type KindRecord, readRecord } from '../owner-record.ts';
import { type LabPlan, planOf } from '../plan.ts';
import { agentImage } from './images.ts';
import { kindProblems } from './status.ts';
import { kindRemains } from './teardown.ts';

/** Built into the cluster at its creation, besides what is so for every runtime. */
const alsoFixed = ['kubeProxyMode', 'registryMirrors', 'raw.kind'];
const unused = ['runtime', 'existing'];

/** Reads only. */
export async function planKindLab(lab: ResolvedLab, exec: Exec = platformExec): Promise<LabPlan> {
  const record = await readRecord(lab.name);
  if (record?.runtime !== 'kind') {
    return planOf(lab.name, (await kindRemains(exec, lab.name)).length === 0 ? 'create' : 'clean');
  }
  if (record.phase === 'creating' || record.phase === 'destroying') {
    return planOf(lab.name, 'clean', [], ['the last up or down ended early']);
  }
  const changes = [...fromCilium(record), ...kindDifferences(record.resolved, lab).map(withOwnDatapath)];
  if (changes.some((change) => !change.live)) return planOf(lab.name, 'recreate', changes);
  const [problems, agent] = await Promise.all([kindProblems(exec, record), agentImage(lab)]);
  if (problems.some(({ isLost }) => isLost)) {
    return planOf(
      lab.name,
      'recreate',
      [],
      problems.map(({ what }) => what),
    );
  }
  if (changes.length > 0) return planOf(lab.name, 'change', changes);
  const reasons = [
    ...problems.map(({ what }) => what),
    ...(record.images.includes(agent.reference) ? [] : ['the agent was built anew']),
    ...(record.phase === 'retained' ? ['the last up failed'] : []),
  ];
  return planOf(lab.name, reasons.length === 0 ? 'none' : 'repair', [], reasons);
}

/** A cluster keeps the CNI that it was made with. */
const fromCilium = ({ cilium }: KindRecord): Difference[] =>
  cilium === undefined ? [] : [{ path: 'cni', from: 'cilium', to: 'labctl', live: false }];

/** In what a lab on kind is not the one asked for, and whether that can change while it runs. */
export const kindDifferences = (before: ResolvedLab, now: ResolvedLab): Difference[] =>
  differences(before, now, unused).map(asOfKind);

/** kube-proxy can go from a lab that is up; only kind brings it. */
const withOwnDatapath = (change: Difference): Difference =>
  change.path === 'kubeProxyMode' && change.to === 'none' ? { ...change, live: true } : change;

const asOfKind = (change: Difference): Difference => ({
  ...change,
  live: change.live && !alsoFixed.some((path) => change.path.startsWith(path)),
});
