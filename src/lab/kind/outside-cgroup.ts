import type { Exec } from '../../core/exec.ts';
import type { Pod } from '../../core/k8s.ts';
import { execIn } from '../../platform/docker.ts';
import type { Kubectl } from '../../platform/kubectl.ts';
import type { CommandLine } from '../../platform/placed.ts';
import { inContainer, noPod, podOf } from '../../runtime/kind/index.ts';
import { outsider } from './steps/outside.ts';

/**
 * Enters a pod's network namespace by a container beside the nodes: its processes are in no node's cgroup,
 * so socket LB does not see them. The agent knows which namespace is whose.
 */
export async function enterFromOutside(
  exec: Exec,
  kubectl: Kubectl,
  lab: string,
  key: string,
): Promise<CommandLine> {
  const { namespace, name } = podOf(key);
  const pod = await kubectl.json<Pod>(['get', 'pod', name, '--namespace', namespace]);
  const node = pod.spec.nodeName ?? '';
  const [inspected, records] = await Promise.all([
    exec('docker', ['container', 'inspect', '--format', '{{.State.Pid}}', node]),
    execIn(exec, node)('/bin/sh', ['-c', 'cat /run/labctl/endpoints/*.json']),
  ]);
  const netns = namespaceOf(records.stdout, namespace, name);
  if (netns === undefined) throw noPod(lab, key);
  const path = `/proc/${inspected.stdout.trim()}/root${netns.replace(/^\/var\/run\//, '/run/')}`;
  return inContainer(outsider(lab, 'visitor'), 'nsenter', [`--net=${path}`, '--']);
}

/** From the agent's records, one JSON value after the other. */
function namespaceOf(text: string, namespace: string, name: string): string | undefined {
  for (const part of text.split(/(?<=\})\s*(?=\{"schema")/)) {
    const record = JSON.parse(part) as { netns?: string; pod?: { namespace: string; name: string } };
    if (record.pod?.namespace === namespace && record.pod.name === name) return record.netns;
  }
  return undefined;
}
