import { timeoutError } from '../../../core/errors.ts';
import { isPodReady, type Pod } from '../../../core/k8s.ts';
import { byCommands, waitFor } from '../../../core/wait-for.ts';
import type { Kubectl, KubernetesList } from '../../../platform/kubectl.ts';
import type { ClusterUp } from '../context.ts';
import { readyLimitMs, readyPollMs } from './ready-limits.ts';

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

/** Waits until all pods of a selection are ready, and what else is asked for. E_NOT_READY names what keeps them. */
export async function podsReady(
  context: ClusterUp,
  what: string,
  selection: readonly string[],
  alsoWaits: (context: ClusterUp) => Promise<string | undefined> = async () => undefined,
): Promise<void> {
  const { kubectl, signal, lab } = context;
  await waitFor(
    `${what} are ready`,
    byCommands(async () => {
      const { items } = await kubectl.json<KubernetesList<PodState>>(['get', 'pods', ...selection]);
      const alive = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      const waiting = alive.filter((pod) => !isPodReady(pod)).map(reasonOf);
      if (alive.length === 0) return { saw: 'no pods' };
      if (waiting.length > 0) return { saw: waiting.join('; ') };
      const saw = await alsoWaits(context);
      return saw === undefined ? { done: undefined } : { saw };
    }),
    { timeoutMs: readyLimitMs, intervalMs: readyPollMs, signal },
  ).catch(async (error: unknown) => {
    if (signal.aborted) throw error;
    const events = await warnings(kubectl);
    throw timeoutError('E_NOT_READY', `${error instanceof Error ? error.message : String(error)}${events}`, {
      cause: error,
      fix: `labctl logs --name ${lab.name}`,
    });
  });
}

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
  const { items } = await kubectl
    .json<KubernetesList<{ message?: string; involvedObject?: { name?: string } }>>([
      ...['get', 'events', '--all-namespaces', '--field-selector', 'type=Warning'],
    ])
    // What was waited for is told in any case.
    .catch(() => ({ items: [] }));
  const lines = items.map(({ message, involvedObject }) => `  ${involvedObject?.name}: ${message}`);
  return lines.length === 0 ? '' : `\nwarnings of the cluster:\n${[...new Set(lines)].slice(-5).join('\n')}`;
}
