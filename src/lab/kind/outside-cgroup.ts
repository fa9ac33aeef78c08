import type { Exec } from '../../core/exec.ts';
import type { Pod } from '../../core/k8s.ts';
import { execIn } from '../../platform/docker.ts';
import type { Kubectl } from '../../platform/kubectl.ts';
import type { CommandLine } from '../../platform/placed.ts';
import { inContainer, noPod, podOf } from '../../runtime/kind/index.ts';
import { outsider } from './steps/outside.ts';

/** What the container runtime keeps of each call of a CNI plug-in (libcni, cniCacheV1), one JSON value a line. */
const recordsScript = 'for file in /var/lib/cni/results/*; do cat "$file"; echo; done';

/**
 * Enters a pod's network namespace by a container beside the nodes: its processes are in no node's cgroup,
 * so socket LB does not see them. The container runtime knows which namespace is whose, whatever the CNI.
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
    execIn(exec, node)('/bin/sh', ['-euc', recordsScript]),
  ]);
  const netns = namespaceOf(records.stdout, namespace, name);
  if (netns === undefined) throw noPod(lab, key);
  const path = `/proc/${inspected.stdout.trim()}/root${netns.replace(/^\/var\/run\//, '/run/')}`;
  return inContainer(outsider(lab, 'visitor'), 'nsenter', [`--net=${path}`, '--']);
}

interface CachedCall {
  readonly cniArgs?: readonly (readonly [string, string])[];
  readonly result?: { readonly interfaces?: readonly { readonly sandbox?: string }[] };
}

/** Path of a pod's network namespace in its node: interfaces inside of it bear it, those of the node bear none. */
export function namespaceOf(lines: string, namespace: string, name: string): string | undefined {
  for (const line of lines.split('\n').filter((each) => each !== '')) {
    const { cniArgs = [], result } = JSON.parse(line) as CachedCall;
    const args = new Map(cniArgs);
    if (args.get('K8S_POD_NAMESPACE') !== namespace || args.get('K8S_POD_NAME') !== name) continue;
    const sandbox = result?.interfaces?.find((each) => (each.sandbox ?? '') !== '')?.sandbox;
    if (sandbox !== undefined) return sandbox;
  }
  return undefined;
}
