import { timeoutError } from '../../../core/errors.ts';
import { type Condition, isPodReady, type Pod } from '../../../core/k8s.ts';
import { waitFor } from '../../../core/wait-for.ts';
import type { Kubectl } from '../../../platform/kubectl.ts';
import { agentSet, type ClusterUp, type KindStep, systemNamespace } from '../context.ts';

const limitMs = 180_000;
/** Each question is a process of its own, and takes its time from the nodes that are waited for. */
const pollMs = 500;

interface List<T> {
  readonly items: readonly T[];
}
interface AgentSet {
  readonly metadata: { readonly generation: number };
  readonly status: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled: number;
    readonly updatedNumberScheduled?: number;
  };
}
interface NodeState {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions?: readonly Condition[] };
}
/** More of a pod than the datapath reads: what says why it does not start. */
interface PodState extends Omit<Pod, 'status'> {
  readonly status?: Omit<NonNullable<Pod['status']>, 'containerStatuses'> & {
    readonly containerStatuses?: readonly {
      readonly ready: boolean;
      readonly restartCount: number;
      readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
      readonly lastState?: { readonly terminated?: { readonly message?: string; readonly exitCode: number } };
    }[];
  };
}

/** kind ends before its workers are in the cluster; those that never come would not be missed by what follows. */
export const nodesJoined: KindStep<ClusterUp> = {
  title: 'Wait for every node to join',
  run: async ({ kubectl, signal, nodeContainers }, report) => {
    const names = (await nodeContainers()).map(({ name }) => name);
    await waitFor(
      'nodes are in the cluster',
      async () => {
        const { items } = await kubectl.json<List<NodeState>>(['get', 'nodes']);
        const absent = names.filter((name) => !items.some(({ metadata }) => metadata.name === name));
        return absent.length === 0 ? { done: undefined } : { saw: `${absent.join(', ')} not in it` };
      },
      {
        timeoutMs: limitMs,
        intervalMs: pollMs,
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
    await podsReady(context, 'agents', ['--namespace', systemNamespace, ...selection], rolledOut);
    await nodesReady(context);
    report('agents and nodes are ready');
  },
};

/** Ready pods may be those of the configuration before: says what the rollout waits for. */
async function rolledOut({ kubectl }: ClusterUp): Promise<string | undefined> {
  const { metadata, status } = await kubectl.json<AgentSet>([
    ...['get', 'daemonset', agentSet, '--namespace', systemNamespace],
  ]);
  if (status.observedGeneration !== metadata.generation) return 'the rollout has not begun';
  const { updatedNumberScheduled = 0, desiredNumberScheduled } = status;
  if (updatedNumberScheduled === desiredNumberScheduled && desiredNumberScheduled > 0) return undefined;
  return `${updatedNumberScheduled} of ${desiredNumberScheduled} nodes have the new agent`;
}

export const dnsReady: KindStep<ClusterUp> = {
  title: 'Wait for cluster DNS',
  run: (context) =>
    podsReady(context, 'CoreDNS', ['--namespace', 'kube-system', '--selector', 'k8s-app=kube-dns']),
};

export const demoReady: KindStep<ClusterUp> = {
  title: 'Wait for the demo',
  skip: ({ lab }) => (lab.demo.enabled ? false : 'the lab has none'),
  run: (context) => podsReady(context, 'demo pods', ['--selector', 'app in (demo, hello)']),
};

async function podsReady(
  context: ClusterUp,
  what: string,
  selection: readonly string[],
  alsoWaits: (context: ClusterUp) => Promise<string | undefined> = async () => undefined,
): Promise<void> {
  const { kubectl, signal, lab } = context;
  await waitFor(
    `${what} are ready`,
    async () => {
      const { items } = await kubectl.json<List<PodState>>(['get', 'pods', ...selection]);
      const alive = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      const waiting = alive.filter((pod) => !isPodReady(pod)).map(reasonOf);
      if (alive.length === 0) return { saw: 'no pods' };
      if (waiting.length > 0) return { saw: waiting.join('; ') };
      const saw = await alsoWaits(context);
      return saw === undefined ? { done: undefined } : { saw };
    },
    { timeoutMs: limitMs, intervalMs: pollMs, signal },
  ).catch(async (error: unknown) => {
    if (signal.aborted) throw error;
    const events = await warnings(kubectl);
    throw timeoutError('E_NOT_READY', `${error instanceof Error ? error.message : String(error)}${events}`, {
      cause: error,
      fix: `labctl logs --name ${lab.name}`,
    });
  });
}

export const nodesReady = ({ kubectl, signal }: ClusterUp): Promise<void> =>
  waitFor(
    'nodes are ready',
    async () => {
      const { items } = await kubectl.json<List<NodeState>>(['get', 'nodes']);
      const waiting = items.flatMap(({ metadata, status }) => {
        const ready = status.conditions?.find(({ type }) => type === 'Ready');
        return ready?.status === 'True' ? [] : [`${metadata.name}: ${ready?.message ?? 'no state yet'}`];
      });
      return waiting.length === 0 ? { done: undefined } : { saw: waiting.join('; ') };
    },
    { timeoutMs: limitMs, intervalMs: pollMs, signal },
  );

function reasonOf({ metadata, status }: PodState): string {
  const container = status?.containerStatuses?.find(({ ready }) => !ready);
  const waiting = container?.state?.waiting;
  const unscheduled = status?.conditions?.find(
    ({ type, status: state }) => type === 'PodScheduled' && state === 'False',
  );
  const why = waiting?.message ?? waiting?.reason ?? unscheduled?.message ?? status?.phase ?? 'unknown';
  const restarts =
    container === undefined || container.restartCount === 0
      ? ''
      : `, restarted ${container.restartCount} times`;
  return `${metadata.name}: ${why}${restarts}`;
}

/** The last warnings of the cluster: the cause is mostly among them. */
async function warnings(kubectl: Kubectl): Promise<string> {
  const { items } = await kubectl.json<List<{ message?: string; involvedObject?: { name?: string } }>>([
    ...['get', 'events', '--all-namespaces', '--field-selector', 'type=Warning'],
  ]);
  const lines = items.map(({ message, involvedObject }) => `  ${involvedObject?.name}: ${message}`);
  return lines.length === 0 ? '' : `\nwarnings of the cluster:\n${[...new Set(lines)].slice(-5).join('\n')}`;
}
