import { isTree } from '../../cilium/index.ts';
import { kindAndName } from './manifests.ts';

const kinds = ['DaemonSet', 'Deployment'];

/** Those of rendered objects whose pods run for as long as the lab does. */
export const workloadsIn = (objects: readonly unknown[]): string[] =>
  objects.flatMap((object) =>
    isTree(object) && kinds.includes(String(object.kind)) ? [kindAndName(object)] : [],
  );

/** A DaemonSet or Deployment as the cluster has it. */
export interface Workload {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly generation?: number };
  readonly spec: {
    readonly replicas?: number;
    readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

/** What a workload waits for, or undefined where all of its pods are those of its last change, and ready. */
export function unreadiness({ kind, metadata, spec, status = {} }: Workload): string | undefined {
  const name = `${kind}/${metadata.name}`;
  if (status.observedGeneration !== metadata.generation) return `${name}: the rollout has not begun`;
  const isDaemon = kind === 'DaemonSet';
  const wanted = (isDaemon ? status.desiredNumberScheduled : spec.replicas) ?? 0;
  const updated = (isDaemon ? status.updatedNumberScheduled : status.updatedReplicas) ?? 0;
  const available = (isDaemon ? status.numberAvailable : status.availableReplicas) ?? 0;
  if (wanted === 0) return `${name}: wants no pod`;
  const ready = Math.min(updated, available);
  return ready === wanted ? undefined : `${name}: ${ready} of ${wanted} ready`;
}
