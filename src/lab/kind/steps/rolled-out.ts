import type { KubernetesList } from '../../../platform/kubectl.ts';
import type { ClusterUp } from '../context.ts';

interface Workload {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly spec: { readonly replicas?: number };
  readonly status: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly updatedReplicas?: number;
  };
}
/** Ready pods may be those of the configuration before: says what a rollout waits for. */
export const rolledOut =
  (...workloads: readonly string[]) =>
  async ({ kubectl }: ClusterUp): Promise<string | undefined> => {
    const { items } = await kubectl.json<KubernetesList<Workload>>(['get', ...workloads]);
    const waits = items.flatMap(({ kind, metadata, spec, status }) => {
      if (status.observedGeneration !== metadata.generation) return `${metadata.name}: not begun`;
      const isSet = kind === 'DaemonSet';
      const updated = (isSet ? status.updatedNumberScheduled : status.updatedReplicas) ?? 0;
      const wanted = (isSet ? status.desiredNumberScheduled : spec.replicas) ?? 0;
      return updated === wanted && wanted > 0 ? [] : `${metadata.name}: ${updated} of ${wanted} pods are new`;
    });
    return waits.length === 0 ? undefined : `rollout of ${waits.join('; ')}`;
  };
