import { addressAt, type Cidr4, parseCidr4, parseIp4 } from '../../core/ip.ts';
import { LabIdentity, LabIpcacheFlags } from '../../datapath/generated/enums.ts';
import type { LabIpcache, LabIpcacheKey } from '../../datapath/generated/structs.ts';
import type { ClusterNode } from './nodes.ts';

/** What the cluster's addresses are, as the node named `self` sees them. What is not here is the world. */
export function ipcacheRows(
  nodes: readonly ClusterNode[],
  self: string,
  nativeRoutingCIDR: string,
): (readonly [LabIpcacheKey, LabIpcache])[] {
  const flags = LabIpcacheFlags.native;
  const rows = new Map<string, readonly [LabIpcacheKey, LabIpcache]>();
  const add = (cidr: string, identity: number, nodeAddr: number): void => {
    const range = parseCidr4(cidr);
    if (range === undefined) return;
    rows.set(cidr, [
      { prefixlen: range.prefix, addr: range.first },
      { identity, nodeAddr, flags },
    ]);
  };
  add(nativeRoutingCIDR, LabIdentity.world, 0);
  for (const node of nodes) {
    const isSelf = node.name === self;
    const nodeAddr = isSelf ? 0 : (parseIp4(node.address) ?? 0);
    add(node.podCIDR, LabIdentity.pod, nodeAddr);
    add(`${node.address}/32`, isSelf ? LabIdentity.host : LabIdentity.remoteNode, nodeAddr);
    if (isSelf) add(`${addressAt(node.podCIDR as Cidr4, 1)}/32`, LabIdentity.host, 0);
  }
  return [...rows.values()];
}

/** Addresses that packets reach by the node's stack only, whatever the profile: netfilter redirects them there. */
export const viaStackRows = (addresses: readonly string[]): (readonly [LabIpcacheKey, LabIpcache])[] =>
  addresses.flatMap((address) => {
    const addr = parseIp4(address);
    if (addr === undefined) return [];
    return [
      [
        { prefixlen: 32, addr },
        { identity: LabIdentity.world, nodeAddr: 0, flags: LabIpcacheFlags.viaStack },
      ] as const,
    ];
  });
