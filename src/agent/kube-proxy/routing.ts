import type { EndpointInfo } from './endpoints.ts';
import { type ReachableEndpoints, reachableEndpoints } from './reachable.ts';
import type { ServicePortInfo } from './service-port.ts';

/** One Service port with its endpoints, and which of its chains packets go to. */
export interface ServedPort {
  readonly port: ServicePortInfo;
  readonly endpoints: ReachableEndpoints;
  /** Whether a packet to the ClusterIP has somewhere to go. */
  readonly hasInternal: boolean;
  /** Whether a packet from outside, to any other address, has. */
  readonly hasExternal: boolean;
  /** Whether loadBalancerSourceRanges are checked. */
  readonly hasFirewall: boolean;
  readonly internalChain: string;
  /** Where KUBE-EXT-* ends. */
  readonly externalPolicyChain: string;
}

export function servedPort(port: ServicePortInfo, all: readonly EndpointInfo[]): ServedPort {
  const endpoints = reachableEndpoints(port, all);
  const { hasAny, local } = endpoints;
  const { chains } = port;
  return {
    port,
    endpoints,
    hasInternal: hasAny && (!port.isInternalLocal || local.length > 0),
    hasExternal: hasAny && (!port.isExternalLocal || local.length > 0),
    hasFirewall: hasAny && port.loadBalancerIPs.length > 0 && port.sourceRanges.length > 0,
    internalChain: port.isInternalLocal ? chains.local : chains.cluster,
    externalPolicyChain: port.isExternalLocal ? chains.local : chains.cluster,
  };
}

/** Matches packets to this address and the Service's port. */
export const toAddress = ({ protocol, port }: ServicePortInfo, comment: string, address: string): string =>
  `-m comment --comment "${comment}" -m ${protocol} -p ${protocol} -d ${address} --dport ${port}`;
