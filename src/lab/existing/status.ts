import { messageOf } from '../../core/errors.ts';
import type { Node, Pod } from '../../core/k8s.ts';
import { exec } from '../../platform/exec.ts';
import { kubectlFor } from '../../platform/kubectl.ts';
import { kubeconfigOf, systemNamespace } from '../kind/context.ts';
import { answer, partsOf, unreadyParts } from '../kind/status.ts';
import type { LabStatus } from '../status.ts';
import { existingRecord } from './prepare.ts';

export async function existingStatus(lab: string): Promise<LabStatus> {
  const record = await existingRecord(lab);
  if (record === undefined) return answer(lab, 'none', [`there is no lab ${lab}`]);
  const objects = await objectsOf(lab).catch((error: unknown) => messageOf(error));
  if (typeof objects === 'string')
    return answer(lab, 'unhealthy', [`the cluster does not answer: ${objects}`]);
  const problems = unreadyParts(objects);
  if (record.phase !== 'ready')
    return answer(lab, 'partial', [`its record says "${record.phase}"`, ...problems]);
  return { ...answer(lab, problems.length === 0 ? 'healthy' : 'unhealthy', problems), ...partsOf(objects) };
}

/** What is not as `up` left it, one line each. */
export async function existingProblems(lab: string): Promise<string[]> {
  return unreadyParts(await objectsOf(lab));
}

/** Nodes, and the pods of the lab: others in the cluster are not ours to judge. */
async function objectsOf(lab: string): Promise<{ nodes: readonly Node[]; pods: readonly Pod[] }> {
  const kubectl = kubectlFor(exec, kubeconfigOf(lab));
  const list = async <T>(...args: readonly string[]): Promise<readonly T[]> =>
    (await kubectl.json<{ items: readonly T[] }>(['get', ...args])).items;
  const [nodes, system, demo] = await Promise.all([
    list<Node>('nodes'),
    list<Pod>('pods', '--namespace', systemNamespace),
    list<Pod>('pods', '--namespace', 'default', '--selector', 'app in (demo, hello)'),
  ]);
  return { nodes, pods: [...system, ...demo] };
}
