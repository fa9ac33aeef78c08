import { notFound } from '../../core/errors.ts';
import type { CommandLine } from '../../platform/placed.ts';
import type { Target } from '../port.ts';

export interface Places {
  readonly lab: string;
  readonly kubeconfig: string;
  /** Container of the outside client or world host. */
  readonly roleContainer: (role: 'client' | 'world') => string;
  /** Enters a pod's network namespace from beyond its node. */
  readonly outsideCgroup: (pod: string) => Promise<CommandLine>;
}

/** The command line that runs a program at a target. Exit codes are the program's own. */
export async function commandAt(
  places: Places,
  target: Target,
  file: string,
  args: readonly string[],
): Promise<CommandLine> {
  if ('node' in target) return inContainer(target.node, file, args);
  if ('role' in target) return inContainer(places.roleContainer(target.role), file, args);
  if (target.outsideCgroup === true) {
    const enter = await places.outsideCgroup(target.pod);
    return { file: enter.file, args: [...enter.args, file, ...args] };
  }
  const { namespace, name } = podOf(target.pod);
  const kubectl = ['--kubeconfig', places.kubeconfig, '--namespace', namespace];
  return { file: 'kubectl', args: [...kubectl, 'exec', '--stdin', name, '--', file, ...args] };
}

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
