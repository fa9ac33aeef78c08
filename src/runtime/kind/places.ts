import { notFound } from '../../core/errors.ts';
import type { CommandLine } from '../../platform/placed.ts';
import type { Target } from '../port.ts';

export interface Places {
  readonly lab: string;
  readonly kubeconfig: string;
  /** Runs a program in a node's network namespace and below its cgroup. */
  readonly atNode: (node: string, file: string, args: readonly string[]) => Promise<CommandLine>;
  /** Container of the outside client or world host, where there are any. */
  readonly roleContainer?: (role: 'client' | 'world') => string;
  /** Enters a pod's network namespace from beyond its node, where that can be done. */
  readonly outsideCgroup?: (pod: string) => Promise<CommandLine>;
}

/** The command line that runs a program at a target. Exit codes are the program's own. */
export async function commandAt(
  places: Places,
  target: Target,
  file: string,
  args: readonly string[],
): Promise<CommandLine> {
  if ('node' in target) return places.atNode(target.node, file, args);
  if ('role' in target) {
    if (places.roleContainer === undefined) throw noPlace(places.lab, target.role);
    return inContainer(places.roleContainer(target.role), file, args);
  }
  if (target.outsideCgroup === true) {
    if (places.outsideCgroup === undefined) throw noPlace(places.lab, "place outside of nodes' cgroups");
    const enter = await places.outsideCgroup(target.pod);
    return { file: enter.file, args: [...enter.args, file, ...args] };
  }
  return inPod(places.kubeconfig, target.pod, file, args);
}

export function inPod(kubeconfig: string, pod: string, file: string, args: readonly string[]): CommandLine {
  const { namespace, name } = podOf(pod);
  const kubectl = ['--kubeconfig', kubeconfig, '--namespace', namespace];
  return { file: 'kubectl', args: [...kubectl, 'exec', '--stdin', name, '--', file, ...args] };
}

const noPlace = (lab: string, what: string): Error =>
  notFound('E_NO_TARGET', `lab ${lab} has no ${what}`, {
    fix: "only where the cluster's nodes are containers of this machine's engine",
  });

export function podOf(key: string): { readonly namespace: string; readonly name: string } {
  const [first = '', second] = key.split('/');
  return second === undefined ? { namespace: 'default', name: first } : { namespace: first, name: second };
}

export const inContainer = (container: string, file: string, args: readonly string[]): CommandLine => ({
  file: 'docker',
  args: ['exec', '--interactive', container, file, ...args],
});

export const noPod = (lab: string, key: string): Error =>
  notFound('E_NO_POD', `lab ${lab} runs no pod ${key} with a network of its own`, {
    fix: `labctl get pods --all-namespaces --name ${lab}`,
  });
