import { type Cidr4, type Ip4, isCidr4, isIp4 } from '../../core/ip.ts';
import type { Node } from '../../core/k8s.ts';

/** A node that has all that the datapath needs of it. */
export interface ClusterNode {
  readonly name: string;
  readonly address: Ip4;
  readonly podCIDR: Cidr4;
}

/** Undefined while the node has no address or no pod CIDR yet. */
export function clusterNode(node: Node): ClusterNode | undefined {
  const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  const podCIDR = node.spec.podCIDR ?? '';
  if (!isIp4(address) || !isCidr4(podCIDR)) return undefined;
  return { name: node.metadata.name, address, podCIDR };
}
