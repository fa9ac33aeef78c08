import type { ClusterSource } from '../../core/cluster.ts';
import { type Kind, type Node, type ObjectOf, podCIDRAnnotation } from '../../core/k8s.ts';

/**
 * The cluster with nodes whose pod CIDR is the one that the operator gave them (cluster-pool IPAM).
 * Kubernetes' own controller may have given them another one, which nobody uses.
 */
export function withPoolCIDRs(source: ClusterSource): ClusterSource {
  return {
    list: async (kind) => (await source.list(kind)).map(translated),
    watch: (kind, handler, signal) =>
      source.watch(
        kind,
        (event) => handler(event.type === 'synced' ? event : { ...event, object: translated(event.object) }),
        signal,
      ),
  };
}

function translated<K extends Kind>(object: ObjectOf[K]): ObjectOf[K] {
  if (object.kind !== 'Node') return object;
  const { podCIDR: _, ...spec } = object.spec;
  const podCIDR = object.metadata.annotations?.[podCIDRAnnotation];
  const node: Node = { ...object, spec: podCIDR === undefined ? spec : { ...spec, podCIDR } };
  return node as ObjectOf[K];
}
