import { messageOf, timeoutError } from '../../../core/errors.ts';
import { isPodReady, type Pod } from '../../../core/k8s.ts';
import { waitFor } from '../../../core/wait-for.ts';
import type { KindStep } from '../../kind/context.ts';
import { nodesReady } from '../../kind/steps/ready.ts';
import type { CiliumUp } from '../context.ts';
import { kindAndName } from '../manifests.ts';
import { causeOf, type WaitingPod } from '../pod-cause.ts';
import { unreadiness, type Workload } from '../workloads.ts';

/** What `cilium status --wait` allows. */
const limitMs = 300_000;
const pollMs = 1000;
const shownPods = 3;

export const ciliumReady: KindStep<CiliumUp> = {
  title: 'Wait for Cilium on every node',
  run: async (context, report) => {
    await waitForCilium(context);
    await nodesReady(context);
    report(context.workloads.join(', '));
  },
};

/** All workloads of the chart are ready; past the limit E_NOT_READY with what keeps their pods from it. */
export async function waitForCilium(context: CiliumUp, timeoutMs = limitMs): Promise<void> {
  const { signal, lab } = context;
  await waitFor(
    'Cilium is ready',
    async () => {
      const waiting = await waitingWorkloads(context);
      return waiting.length === 0
        ? { done: undefined }
        : { saw: waiting.map(({ reason }) => reason).join('; ') };
    },
    { timeoutMs, intervalMs: pollMs, signal },
  ).catch(async (error: unknown) => {
    if (signal.aborted) throw error;
    const causes = await causesOf(context);
    throw timeoutError('E_NOT_READY', [messageOf(error), ...causes].join('\n'), {
      cause: error,
      fix: `labctl up --retain ... keeps it to be looked at; labctl logs --name ${lab.name}`,
    });
  });
}

interface Waiting {
  readonly reason: string;
  readonly workload?: Workload;
}

async function waitingWorkloads({ kubectl, workloads, release }: CiliumUp): Promise<Waiting[]> {
  const { items } = await kubectl.json<{ items: readonly Workload[] }>([
    ...['get', 'daemonsets,deployments', '--namespace', release.namespace],
  ]);
  return workloads.flatMap((name): Waiting[] => {
    const workload = items.find((item) => kindAndName({ ...item }) === name);
    if (workload === undefined) return [{ reason: `${name}: is not in the cluster` }];
    const reason = unreadiness(workload);
    return reason === undefined ? [] : [{ reason, workload }];
  });
}

/** Only the first pods: what keeps one from starting mostly keeps all. */
async function causesOf(context: CiliumUp): Promise<string[]> {
  const { kubectl, release } = context;
  const selectors = (await waitingWorkloads(context)).flatMap(({ workload }) => {
    const labels = Object.entries(workload?.spec.selector.matchLabels ?? {});
    return labels.length === 0 ? [] : [labels.map(([name, value]) => `${name}=${value}`).join(',')];
  });
  const pods = await Promise.all(
    selectors.map(async (selector) => {
      const { items } = await kubectl.json<{ items: readonly (Pod & WaitingPod)[] }>([
        ...['get', 'pods', '--namespace', release.namespace, '--selector', selector],
      ]);
      return items.filter((pod) => !isPodReady(pod)).slice(0, shownPods);
    }),
  );
  return Promise.all(pods.flat().map((pod) => causeOf(kubectl, release.namespace, pod)));
}
