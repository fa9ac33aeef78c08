import { notFound } from '../../core/errors.ts';
import { keyOf, type Pod } from '../../core/k8s.ts';
import { nearestWord } from '../../core/nearest-word.ts';
import { exec } from '../../platform/exec.ts';
import { type Kubectl, kubectlFor } from '../../platform/kubectl.ts';
import type { LabLog } from '../logs.ts';
import { agentSet, kubeconfigOf, systemNamespace } from './context.ts';

/** The log of a pod, or of the agent of a node; without a name those of all agents. */
export async function kindLogs(
  lab: string,
  target?: string,
  options: { readonly tail?: number } = {},
): Promise<LabLog[]> {
  const kubectl = kubectlFor(exec, kubeconfigOf(lab));
  const { items } = await kubectl.json<{ items: readonly Pod[] }>(['get', 'pods', '--all-namespaces']);
  const wanted = items.filter((pod) => (target === undefined ? isAgent(pod) : namesOf(pod).includes(target)));
  if (target !== undefined && wanted.length === 0) {
    const nearest = nearestWord(target, items.flatMap(namesOf));
    throw notFound('E_NO_LOG', `nothing of lab ${lab} that logs is called ${target}`, {
      fix: nearest === undefined ? `labctl get pods -A --name ${lab}` : `did you mean ${nearest}?`,
    });
  }
  return Promise.all(wanted.map((pod) => logOf(kubectl, pod, options.tail)));
}

async function logOf(kubectl: Kubectl, pod: Pod, tail: number | undefined): Promise<LabLog> {
  const { namespace = 'default', name } = pod.metadata;
  const text = await kubectl.run([
    ...['logs', name, '--namespace', namespace, '--all-containers'],
    ...(tail === undefined ? [] : ['--tail', String(tail)]),
  ]);
  return { name: namesOf(pod)[0] ?? name, file: `pod ${namespace}/${name}`, text };
}

const isAgent = ({ metadata }: Pod): boolean =>
  metadata.namespace === systemNamespace && metadata.labels?.['app.kubernetes.io/name'] === agentSet;

/** Agents go by their node's name, as in embedded labs. */
const namesOf = (pod: Pod): string[] => [
  ...(isAgent(pod) ? [pod.spec.nodeName ?? ''] : []),
  keyOf(pod),
  pod.metadata.name,
];
