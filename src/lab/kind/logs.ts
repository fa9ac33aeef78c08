import { notFound } from '../../core/errors.ts';
import { keyOf, type Pod } from '../../core/k8s.ts';
import { nearestWord } from '../../core/nearest-word.ts';
import { exec } from '../../platform/exec.ts';
import { type Kubectl, kubectlFor } from '../../platform/kubectl.ts';
import type { LabLog } from '../logs.ts';
import { readRecord } from '../owner-record.ts';
import { type AgentPods, agentPodsOf, isAgentPod } from './agent-pods.ts';
import { kubeconfigOf } from './context.ts';

/** The log of a pod, or of the agent of a node; without a name those of all agents. */
export async function kindLogs(
  lab: string,
  target?: string,
  options: { readonly tail?: number } = {},
): Promise<LabLog[]> {
  const kubectl = kubectlFor(exec, kubeconfigOf(lab));
  const agents = agentPodsOf(await readRecord(lab));
  const names = (pod: Pod): string[] => namesOf(pod, agents);
  const { items } = await kubectl.json<{ items: readonly Pod[] }>(['get', 'pods', '--all-namespaces']);
  const wanted = items.filter((pod) =>
    target === undefined ? isAgentPod(pod, agents) : names(pod).includes(target),
  );
  if (target !== undefined && wanted.length === 0) {
    const nearest = nearestWord(target, items.flatMap(names));
    throw notFound('E_NO_LOG', `nothing of lab ${lab} that logs is called ${target}`, {
      fix: nearest === undefined ? `labctl get pods -A --name ${lab}` : `did you mean ${nearest}?`,
    });
  }
  return Promise.all(wanted.map((pod) => logOf(kubectl, pod, names(pod), options.tail)));
}

async function logOf(
  kubectl: Kubectl,
  pod: Pod,
  names: readonly string[],
  tail: number | undefined,
): Promise<LabLog> {
  const { namespace = 'default', name } = pod.metadata;
  const text = await kubectl.run([
    ...['logs', name, '--namespace', namespace, '--all-containers'],
    ...(tail === undefined ? [] : ['--tail', String(tail)]),
  ]);
  return { name: names[0] ?? name, file: `pod ${namespace}/${name}`, text };
}

/** Agents go by their node's name, as in embedded labs. */
const namesOf = (pod: Pod, agents: AgentPods): string[] => [
  ...(isAgentPod(pod, agents) ? [pod.spec.nodeName ?? ''] : []),
  keyOf(pod),
  pod.metadata.name,
];
