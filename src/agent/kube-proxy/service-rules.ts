import { contains, parseCidr4, parseIp4 } from '../../core/ip.ts';
import { append, type TableRules } from '../iptables/rule-set.ts';
import { addBalancingRules } from './balancing-rules.ts';
import { chain } from './names.ts';
import { type ServedPort, toAddress } from './routing.ts';
import { isExternallyReachable, type ServicePortInfo } from './service-port.ts';

export interface ServiceRuleOptions {
  readonly nodeIP: string;
  /** Sources outside of it are masqueraded when they use a ClusterIP. */
  readonly clusterCIDR: string;
  /** Past 1000 endpoints kube-proxy leaves most comments out. */
  readonly isLarge: boolean;
}

/** The chains of one Service port in nat: KUBE-SVC, KUBE-SVL, KUBE-EXT, KUBE-FW and its KUBE-SEP. */
export function addServiceRules(nat: TableRules, served: ServedPort, options: ServiceRuleOptions): void {
  const { port, endpoints } = served;
  if (served.hasInternal) {
    const words = toAddress(port, `${port.name} cluster IP`, port.clusterIP);
    append(nat, served.internalChain, `${words} ! -s ${options.clusterCIDR} -j ${chain.markMasquerade}`);
  }
  if (endpoints.hasAny && isExternallyReachable(port)) {
    addExternalChain(nat, port, options.clusterCIDR);
    if (served.hasExternal) append(nat, port.chains.external, `-j ${served.externalPolicyChain}`);
  }
  if (served.hasFirewall) addFirewallChain(nat, port, options.nodeIP);
  addBalancingRules(nat, served, options.isLarge);
}

/** Packets that came by another address than the ClusterIP. */
function addExternalChain(nat: TableRules, port: ServicePortInfo, clusterCIDR: string): void {
  const { external, cluster } = port.chains;
  const about = (text: string): string => `-m comment --comment "${text} ${port.name} external destinations"`;
  if (!port.isExternalLocal) {
    append(nat, external, `${about('masquerade traffic for')} -j ${chain.markMasquerade}`);
    return;
  }
  // Pods and the node itself are held by neither policy, as if they had gone out and come back.
  const fromNode = '-m addrtype --src-type LOCAL';
  append(nat, external, `${about('pod traffic for')} -s ${clusterCIDR} -j ${cluster}`);
  append(nat, external, `${about('masquerade LOCAL traffic for')} ${fromNode} -j ${chain.markMasquerade}`);
  append(nat, external, `${about('route LOCAL traffic for')} ${fromNode} -j ${cluster}`);
}

/** loadBalancerSourceRanges: who passes its end meets the DROP in KUBE-PROXY-FIREWALL. */
function addFirewallChain(nat: TableRules, port: ServicePortInfo, nodeIP: string): void {
  const { firewall, external } = port.chains;
  const words = `-m comment --comment "${port.name} loadbalancer IP"`;
  const accept = (source: string): void => append(nat, firewall, `${words} -s ${source} -j ${external}`);
  const node = parseIp4(nodeIP);
  const isNodeAccepted = port.sourceRanges.some((text) => {
    const range = parseCidr4(text);
    return range !== undefined && node !== undefined && contains(range, node);
  });
  port.sourceRanges.forEach(accept);
  // The address may be a local one of this node, and then also the source of the node's own packets to it.
  if (isNodeAccepted) port.loadBalancerIPs.forEach(accept);
  const rest = `other traffic to ${port.name} will be dropped by ${chain.proxyFirewall}`;
  append(nat, firewall, `-m comment --comment "${rest}"`);
}
