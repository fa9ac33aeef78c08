import type { EndpointSlice, Service } from '../../core/k8s.ts';
import { normaliseSave } from '../iptables/normalise.ts';
import { planRestore } from '../iptables/plan.ts';
import { emptyRuleSet, type RuleSet } from '../iptables/rule-set.ts';
import { addBaseChains, addBaseRules, type BaseOptions } from './base-rules.ts';
import { addCaptureRules } from './capture-rules.ts';
import { endpointsOf, endpointTable } from './endpoints.ts';
import { isKubeProxyChain, isSharedChain } from './names.ts';
import { servedPort } from './routing.ts';
import { servicePorts } from './service-port.ts';
import { addServiceRules } from './service-rules.ts';

/** All that kube-proxy's rules of one node depend on. */
export interface KubeProxyInput extends BaseOptions {
  readonly nodeName: string;
  readonly nodeIP: string;
  readonly clusterCIDR: string;
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
}

const largeClusterEndpoints = 1000;

/** The chains, rules and jumps that kube-proxy 1.34 in iptables mode writes on this node. */
export function kubeProxyRules(input: KubeProxyInput): RuleSet {
  const rules = emptyRuleSet();
  addBaseChains(rules);
  const table = endpointTable(input.endpointSlices, input.nodeName);
  const ports = servicePorts(input.services);
  const total = ports.reduce((sum, port) => sum + endpointsOf(table, port).length, 0);
  const { nodeIP, clusterCIDR } = input;
  const options = { nodeIP, clusterCIDR, isLarge: total > largeClusterEndpoints };
  for (const port of ports) {
    const served = servedPort(port, endpointsOf(table, port));
    addCaptureRules(rules, served, input.hasNfacct);
    addServiceRules(rules.nat, served, options);
  }
  addBaseRules(rules, input);
  return rules;
}

/** The same as text for `iptables-restore --noflush` in a namespace that has no rules yet. */
export const renderKubeProxy = (input: KubeProxyInput): string =>
  planRestore(kubeProxyRules(input), new Map(), isKubeProxyChain);

/** kube-proxy's part of `iptables-save`, for comparing: without counters, dates and whatever has no order. */
export const normaliseIptablesSave = (text: string): string =>
  normaliseSave(text, { only: isKubeProxyChain, unordered: isSharedChain });
