import type { ClusterEvent } from '../../core/cluster.ts';
import { type Kind, keyOf } from '../../core/k8s.ts';
import type { Log } from '../../core/log.ts';
import { type ClusterNode, clusterNode } from './nodes.ts';
import type { Services } from './services.ts';

/** Kinds that the datapath depends on. */
export const watchedKinds = ['Node', 'Service', 'EndpointSlice'] as const satisfies readonly Kind[];
export type WatchedKind = (typeof watchedKinds)[number];

/** The cluster as it is wanted, kept from events. */
export interface Desired {
  readonly services: Services;
  readonly nodes: () => readonly ClusterNode[];
  readonly on: { readonly [K in WatchedKind]: (event: ClusterEvent<K>) => void };
}

export function createDesired(services: Services, log: Log): Desired {
  const nodes = new Map<string, ClusterNode>();
  return {
    services,
    nodes: () => [...nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    on: {
      Node: (event) => {
        if (event.type === 'synced') return;
        const key = keyOf(event.object);
        const node = event.type === 'set' ? clusterNode(event.object) : undefined;
        if (node === undefined) nodes.delete(key);
        else nodes.set(key, node);
        log.debug('node', { name: key, ...node });
      },
      Service: (event) => {
        if (event.type === 'set') services.setService(event.object);
        if (event.type === 'deleted') services.deleteService(event.object);
      },
      EndpointSlice: (event) => {
        if (event.type === 'set') services.setSlice(event.object);
        if (event.type === 'deleted') services.deleteSlice(event.object);
      },
    },
  };
}
