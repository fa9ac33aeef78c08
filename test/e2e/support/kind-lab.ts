import { join } from 'node:path';
import type { Node, Pod } from '../../../src/core/k8s.ts';
import { labPaths } from '../../../src/core/paths.ts';
import { byCommands, waitFor } from '../../../src/core/wait-for.ts';
import { type CliResult, run, sh } from './cli.ts';
import { inContainer } from './docker.ts';

/** A lab on kind, as somebody with kubectl and docker sees it. */
export interface KindLab {
  readonly name: string;
  readonly kubeconfig: string;
  readonly kubectl: (...argv: readonly string[]) => Promise<string>;
  /** Never rejects on an exit code. */
  readonly tryKubectl: (input: string, ...argv: readonly string[]) => Promise<CliResult>;
  readonly apply: (...objects: readonly object[]) => Promise<unknown>;
  readonly nodes: () => Promise<readonly Node[]>;
  readonly pods: (namespace: string, selector?: string) => Promise<readonly Pod[]>;
}

export function kindLab(name: string): KindLab {
  const file = join(labPaths(name).state, 'kubeconfig');
  const kubectl: KindLab['kubectl'] = (...argv) => sh('kubectl', '--kubeconfig', file, ...argv);
  const items = async <T>(...argv: readonly string[]): Promise<readonly T[]> =>
    (JSON.parse(await kubectl(...argv, '--output', 'json')) as { items: readonly T[] }).items;
  const tryKubectl: KindLab['tryKubectl'] = (input, ...argv) =>
    run('kubectl', ['--kubeconfig', file, ...argv], { input });
  return {
    name,
    kubeconfig: file,
    kubectl,
    tryKubectl,
    apply: async (...objects) => {
      const list = { apiVersion: 'v1', kind: 'List', items: objects };
      const { code, stderr } = await tryKubectl(JSON.stringify(list), 'apply', '--filename', '-');
      if (code !== 0) throw new Error(`kubectl apply: ${stderr}`);
    },
    nodes: () => items<Node>('get', 'nodes'),
    pods: (namespace, selector = '') =>
      items<Pod>('get', 'pods', '--namespace', namespace, '--selector', selector),
  };
}

const isTrue = (pod: Pod, condition: string): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === condition && status === 'True') ?? false;

export const isReady = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined && isTrue(pod, 'Ready');

/** Waits until a question has the answer that is wanted. */
export const until = (what: string, ask: () => Promise<boolean>, timeoutMs = 60_000): Promise<undefined> =>
  waitFor(
    what,
    byCommands(async () => ((await ask()) ? { done: undefined } : { saw: 'not yet' })),
    { timeoutMs, intervalMs: 250 },
  );

/** Waits until so many pods are there and all are ready. */
export const podsReady = (
  lab: KindLab,
  namespace: string,
  selector: string,
  count: number,
  timeoutMs?: number,
): Promise<undefined> =>
  until(
    `${count} ready pods of ${selector}`,
    async () => {
      const pods = await lab.pods(namespace, selector);
      return pods.length === count && pods.every(isReady);
    },
    timeoutMs,
  );

/** Remembers the lab's pods of a node; what it gives waits until each of them was started again and is ready. */
export async function podsStartedAgain(
  lab: KindLab,
  node: string,
): Promise<(limitMs: number) => Promise<void>> {
  const podsOf = async (): Promise<readonly Pod[]> =>
    (await Promise.all([lab.pods('default'), lab.pods('labctl-system')]))
      .flat()
      .filter(({ spec }) => spec.nodeName === node);
  const before = new Map((await podsOf()).map((pod) => [pod.metadata.name, restartsOf(pod)]));
  const areBack = (pods: readonly Pod[]): boolean =>
    pods.length === before.size &&
    pods.every((pod) => isReady(pod) && restartsOf(pod) > (before.get(pod.metadata.name) ?? -1));
  return (limitMs) => until(`pods of ${node} to run again`, async () => areBack(await podsOf()), limitMs);
}

const restartsOf = ({ status }: Pod): number =>
  status?.containerStatuses?.reduce((sum, { restartCount }) => sum + restartCount, 0) ?? 0;

/** Process ids of the agents of a node, as the node sees them. */
export async function agentPids(node: string): Promise<string[]> {
  const found = await inContainer(node, 'sh', '-c', 'pgrep -f "^node /opt/labctl/dist/agent.js run" || true');
  return found.split('\n').filter((line) => line !== '');
}

/**
 * A pod that does nothing on a node that is named, scheduler or not. Its second of grace makes `kubectl delete`
 * wait for the node: with none the object is gone at once, and the pod's network still there.
 */
export const sleeper = (name: string, nodeName: string, image: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: 'sleeper' } },
  spec: {
    nodeName,
    terminationGracePeriodSeconds: 1,
    tolerations: [{ operator: 'Exists' }],
    containers: [{ name: 'sleep', image, imagePullPolicy: 'Never', command: ['sleep', '3600'] }],
  },
});
