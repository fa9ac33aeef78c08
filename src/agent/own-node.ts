import type { ClusterSource } from '../core/cluster.ts';
import { waitFor } from '../core/wait-for.ts';
import { type ClusterNode, clusterNode } from './reconcile/nodes.ts';

const limitMs = 60_000;

/** The agent's own node, once it has an address and a pod CIDR. */
export const ownNode = (source: ClusterSource, name: string, signal: AbortSignal): Promise<ClusterNode> =>
  waitFor(
    `address and pod CIDR of node ${name}`,
    async () => {
      const node = (await source.list('Node')).find(({ metadata }) => metadata.name === name);
      const done = node === undefined ? undefined : clusterNode(node);
      if (done !== undefined) return { done };
      return { saw: node === undefined ? 'no such Node object' : 'a Node without InternalIP or podCIDR' };
    },
    {
      timeoutMs: limitMs,
      intervalMs: 20,
      signal,
      fix: `set status.addresses and spec.podCIDR of Node ${name}`,
    },
  );
