import type { Condition } from '../../../core/k8s.ts';
import { byCommands, waitFor } from '../../../core/wait-for.ts';
import type { KubernetesList } from '../../../platform/kubectl.ts';
import { agentSet, type ClusterUp, type KindStep, systemNamespace } from '../context.ts';
import { podsReady } from './pods-ready.ts';
import { readyLimitMs, readyPollMs } from './ready-limits.ts';
import { rolledOut } from './rolled-out.ts';

interface NodeState {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions?: readonly Condition[] };
}
/** kind ends before its workers are in the cluster; those that never come would not be missed by what follows. */
export const nodesJoined: KindStep<ClusterUp> = {
  title: 'Wait for every node to join',
  run: async ({ kubectl, signal, nodeContainers }, report) => {
    const names = (await nodeContainers()).map(({ name }) => name);
    await waitFor(
      'nodes are in the cluster',
      byCommands(async () => {
        const { items } = await kubectl.json<KubernetesList<NodeState>>(['get', 'nodes']);
        const absent = names.filter((name) => !items.some(({ metadata }) => metadata.name === name));
        return absent.length === 0 ? { done: undefined } : { saw: `${absent.join(', ')} not in it` };
      }),
      {
        timeoutMs: readyLimitMs,
        intervalMs: readyPollMs,
        signal,
        fix: `labctl doctor --runtime kind; docker exec ${names.at(-1) ?? 'NODE'} journalctl --unit kubelet`,
      },
    );
    report(`${names.length} nodes`);
  },
};

export const agentsReady: KindStep = {
  title: 'Wait for the datapath on every node',
  run: async (context, report) => {
    const selection = ['--selector', `app.kubernetes.io/name=${agentSet}`];
    const named = ['--field-selector', `metadata.name=${agentSet}`];
    const set = rolledOut('daemonsets', '--namespace', systemNamespace, ...named);
    await podsReady(context, 'agents', ['--namespace', systemNamespace, ...selection], set);
    await nodesReady(context);
    report('agents and nodes are ready');
  },
};

export const dnsReady: KindStep<ClusterUp> = {
  title: 'Wait for cluster DNS',
  run: (context) =>
    podsReady(context, 'CoreDNS', ['--namespace', 'kube-system', '--selector', 'k8s-app=kube-dns']),
};

export const demoReady: KindStep<ClusterUp> = {
  title: 'Wait for the demo',
  skip: ({ lab }) => (lab.demo.enabled ? false : 'the lab has none'),
  run: (context) =>
    podsReady(
      context,
      'demo pods',
      ['--selector', 'app in (demo, hello)'],
      rolledOut('daemonset/demo', 'deployment/hello'),
    ),
};

export const nodesReady = ({ kubectl, signal }: ClusterUp): Promise<void> =>
  waitFor(
    'nodes are ready',
    byCommands(async () => {
      const { items } = await kubectl.json<KubernetesList<NodeState>>(['get', 'nodes']);
      const waiting = items.flatMap(({ metadata, status }) => {
        const ready = status.conditions?.find(({ type }) => type === 'Ready');
        return ready?.status === 'True' ? [] : [`${metadata.name}: ${ready?.message ?? 'no state yet'}`];
      });
      return waiting.length === 0 ? { done: undefined } : { saw: waiting.join('; ') };
    }),
    { timeoutMs: readyLimitMs, intervalMs: readyPollMs, signal },
  );
