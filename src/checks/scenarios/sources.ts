import type { Target } from '../../runtime/port.ts';
import type { SubjectPod, Subjects } from '../subjects.ts';

/** One pod of every node that has any, a neighbour of the servers where there is one. */
export function clients({ neighbours, servers }: Subjects): SubjectPod[] {
  const byNode = new Map<string, SubjectPod>();
  for (const pod of [...neighbours, ...servers]) {
    if (!byNode.has(pod.node)) byNode.set(pod.node, pod);
  }
  return [...byNode.values()];
}

export const podTargets = (subjects: Subjects): Target[] =>
  clients(subjects).map(({ key }) => ({ pod: key }));
export const outsideCgroupTargets = (subjects: Subjects): Target[] =>
  clients(subjects).map(({ key }) => ({ pod: key, outsideCgroup: true }));
export const nodeTargets = (subjects: Subjects): Target[] =>
  subjects.nodes.map(({ name }) => ({ node: name }));
