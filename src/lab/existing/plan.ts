import { exec } from '../../platform/exec.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { type Difference, differences } from '../difference.ts';
import { type LabPlan, planOf } from '../plan.ts';
import { type Prepared, prepare } from './prepare.ts';
import { isOurs } from './rules/index.ts';
import { existingProblems } from './status.ts';

/** Nodes are who they are; a context may be renamed and credentials renewed. */
const unused = [
  ...['runtime', 'nodes', 'registryMirrors', 'raw.kind'],
  ...['existing.context', 'existing.kubeconfig'],
];

/** Asks the cluster all that `up` asks; changes nothing. */
export const planExistingLab = async (lab: ResolvedLab): Promise<LabPlan> =>
  planOfPrepared(lab, await prepare(exec, lab));

export async function planOfPrepared(
  lab: ResolvedLab,
  { record, facts, images }: Prepared,
): Promise<LabPlan> {
  if (record === undefined) {
    return isOurs(facts, lab)
      ? planOf(lab.name, 'repair', [], ['its record was lost'])
      : planOf(lab.name, 'create');
  }
  if (record.phase === 'creating' || record.phase === 'destroying') {
    return planOf(lab.name, 'clean', [], ['the last up or down ended early']);
  }
  const changes = differences(record.resolved, lab, unused).map(asOfExisting);
  if (changes.some((change) => !change.live)) return planOf(lab.name, 'recreate', changes);
  if (changes.length > 0) return planOf(lab.name, 'change', changes);
  const reasons = [
    ...(await existingProblems(lab.name)),
    ...(record.images.includes(images.agent.reference) ? [] : ['the agent was built anew']),
    ...(record.phase === 'retained' ? ['the last up failed'] : []),
  ];
  return planOf(lab.name, reasons.length === 0 ? 'none' : 'repair', [], reasons);
}

const asOfExisting = (change: Difference): Difference => ({
  ...change,
  live: change.live && !change.path.startsWith('kubeProxyMode'),
});
