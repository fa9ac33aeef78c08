import type { Pod } from '../core/k8s.ts';
import type { Log } from '../core/log.ts';
import type { Cache } from './cache.ts';
import { newPod } from './new-pod.ts';
import { isOwnedBy, planPods, type Workload } from './workloads.ts';

type WorkloadKind = Workload['kind'];

/** `DaemonSet default/demo` and back. */
export const workloadKey = (kind: WorkloadKind, key: string): string => `${kind} ${key}`;

/** Gives a DaemonSet or Deployment the pods that it asks for, or ends those of one that has gone. */
export async function syncWorkload(cache: Cache, id: string, log: Log): Promise<void> {
  const [kind = '', key = ''] = id.split(' ');
  if (kind !== 'DaemonSet' && kind !== 'Deployment') return;
  const workload: Workload | undefined = cache.get(kind, key);
  const [namespace, name] = key.split('/');
  const inNamespace = cache.list('Pod').filter((pod) => pod.metadata.namespace === namespace);
  if (workload === undefined) {
    await endAll(
      cache,
      inNamespace.filter((pod) => isOwnedByName(pod, kind, name ?? '')),
    );
    return;
  }
  const owned = inNamespace.filter((pod) => isOwnedBy(pod, workload));
  const orphans = inNamespace.filter((pod) => isOwnedByName(pod, kind, name ?? '') && !owned.includes(pod));
  await endAll(cache, orphans);
  const plan = planPods(workload, cache.list('Node'), owned);
  if (plan.create.length + plan.end.length > 0) log.info(`${id} changes`, { ...plan });
  for (const node of plan.create) await cache.put<'Pod'>(newPod(workload, node));
  await endAll(
    cache,
    owned.filter((pod) => plan.end.includes(pod.metadata.name)),
  );
}

/** Also of an earlier object of that name, which had another uid. */
const isOwnedByName = (pod: Pod, kind: string, name: string): boolean =>
  pod.metadata.ownerReferences?.some((owner) => owner.kind === kind && owner.name === name) === true;

async function endAll(cache: Cache, pods: readonly Pod[]): Promise<void> {
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    await cache.markDeleted('Pod', `${pod.metadata.namespace}/${pod.metadata.name}`);
  }
}
