import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { AgentConfig, ClusterConfig } from '../core/agent-config.ts';
import type { ClusterSource } from '../core/cluster.ts';
import { messageOf } from '../core/errors.ts';
import type { Node } from '../core/k8s.ts';
import type { Log } from '../core/log.ts';
import { waitFor } from '../core/wait-for.ts';
import { readJson, writeJson } from './json-file.ts';
import { type ClusterNode, clusterNode } from './reconcile/nodes.ts';

export interface OwnNode {
  readonly node: ClusterNode;
  /** The API did not answer: this is what an earlier agent knew. */
  readonly isRemembered: boolean;
}

export interface OwnNodePorts {
  readonly source: ClusterSource;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly limitMs?: number;
  /** Whether an address is on a device here; default: as the kernel says. */
  readonly hasAddress?: (address: string) => boolean;
}

const limitMs = 60_000;
/** An agent that knows its node waits no longer for the API. */
const patienceMs = 5000;

/**
 * The agent's own node, once it has an address and a pod CIDR. In Kubernetes the API may be away while
 * an agent starts; then a node that was known since the last boot is as good.
 */
export async function ownNode(
  { node: name, paths, cluster }: Pick<AgentConfig, 'node' | 'paths' | 'cluster'>,
  { source, log, signal, limitMs: limit = limitMs, hasAddress = isLocal }: OwnNodePorts,
): Promise<OwnNode> {
  const isKubernetes = cluster.source === 'kubernetes';
  const file = join(paths.run, 'node.json');
  const known = isKubernetes ? await readJson<ClusterNode>(file) : undefined;
  const found = await waitFor<OwnNode>(
    `address and pod CIDR of node ${name}`,
    async () => {
      let nodes: readonly Node[];
      try {
        nodes = await (known === undefined ? source.list('Node') : within(patienceMs, source.list('Node')));
      } catch (error) {
        if (known === undefined) return { saw: messageOf(error) };
        log.warn('the API does not answer: the node is taken as it was', { error: messageOf(error) });
        return { done: { node: known, isRemembered: true } };
      }
      const own = nodes.find(({ metadata }) => metadata.name === name);
      const node = own === undefined ? undefined : clusterNode(own);
      // After a restart with another address the Node tells the old one until the kubelet has written the new.
      if (isKubernetes && node !== undefined && !hasAddress(node.address)) {
        return { saw: `address ${node.address}, which is on no device of this node` };
      }
      if (node !== undefined) return { done: { node, isRemembered: false } };
      return { saw: own === undefined ? 'no such Node object' : 'a Node without InternalIP or podCIDR' };
    },
    {
      timeoutMs: limit,
      intervalMs: isKubernetes ? 500 : 20,
      signal,
      fix: `Node ${name} needs status.addresses and a pod CIDR: ${sourceOfCIDR(cluster)}`,
    },
  );
  if (isKubernetes && !found.isRemembered) await writeJson(file, found.node);
  return found;
}

const isLocal = (address: string): boolean =>
  Object.values(networkInterfaces()).some((device) => device?.some((each) => each.address === address));

const sourceOfCIDR = (cluster: ClusterConfig): string =>
  cluster.source === 'kubernetes' && cluster.ipam === 'cluster-pool'
    ? 'does labctl-operator run, and are its pools large enough?'
    : 'set spec.podCIDR';

/** Rejects when the API takes too long: a paused server accepts connections and says nothing. */
async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
