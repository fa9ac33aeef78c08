import { append, type RuleSet, type TableRules } from '../iptables/rule-set.ts';
import { chain, nfacctNames } from './names.ts';
import { type ServedPort, toAddress } from './routing.ts';

/**
 * The rules by which packets for a Service port are caught: in nat they jump to the port's chains; in filter
 * they are refused where no node has an endpoint, dropped where policy Local finds none here.
 */
export function addCaptureRules(rules: RuleSet, served: ServedPort, hasNfacct: boolean): void {
  const { port } = served;
  captureClusterIP(rules, served);
  captureExternalIPs(rules, served);
  captureLoadBalancerIPs(rules, served);
  if (port.nodePort !== 0) captureNodePort(rules, served, hasNfacct);
  if (port.healthCheckNodePort !== 0) {
    const words = `-m comment --comment "${port.name} health check node port" -m tcp -p tcp`;
    append(rules.filter, chain.nodePorts, `${words} --dport ${port.healthCheckNodePort} -j ACCEPT`);
  }
}

function captureClusterIP({ filter, nat }: RuleSet, served: ServedPort): void {
  const { port, hasInternal, internalChain } = served;
  if (hasInternal) {
    const words = toAddress(port, `${port.name} cluster IP`, port.clusterIP);
    append(nat, chain.services, `${words} -j ${internalChain}`);
  } else {
    const { text, target } = refusal(served);
    append(filter, chain.services, `${toAddress(port, text, port.clusterIP)} -j ${target}`);
  }
}

function captureExternalIPs({ filter, nat }: RuleSet, served: ServedPort): void {
  const { port, endpoints } = served;
  for (const address of port.externalIPs) {
    if (endpoints.hasAny) {
      const words = toAddress(port, `${port.name} external IP`, address);
      append(nat, chain.services, `${words} -j ${port.chains.external}`);
    }
    refuseExternal(filter, served, address);
  }
}

function captureLoadBalancerIPs({ filter, nat }: RuleSet, served: ServedPort): void {
  const { port, endpoints, hasFirewall } = served;
  const { external, firewall } = port.chains;
  for (const address of port.loadBalancerIPs) {
    if (endpoints.hasAny) {
      const words = toAddress(port, `${port.name} loadbalancer IP`, address);
      append(nat, chain.services, `${words} -j ${hasFirewall ? firewall : external}`);
    }
    if (hasFirewall) {
      const words = toAddress(port, `${port.name} traffic not accepted by ${firewall}`, address);
      append(filter, chain.proxyFirewall, `${words} -j DROP`);
    }
    refuseExternal(filter, served, address);
  }
}

function captureNodePort({ filter, nat }: RuleSet, served: ServedPort, hasNfacct: boolean): void {
  const { port, endpoints } = served;
  const words = `-m ${port.protocol} -p ${port.protocol}`;
  const number = `--dport ${port.nodePort}`;
  if (endpoints.hasAny) {
    const named = `-m comment --comment "${port.name}" ${words}`;
    const target = `-j ${port.chains.external}`;
    if (hasNfacct) {
      const counter = `-m nfacct --nfacct-name ${nfacctNames.localhostNodePort}`;
      append(nat, chain.nodePorts, `${named} -d 127.0.0.0/8 ${number} ${counter} ${target}`);
    }
    append(nat, chain.nodePorts, `${named} ${number} ${target}`);
  }
  if (served.hasExternal) return;
  const { text, target } = refusal(served);
  const refused = `-m comment --comment "${text}" -m addrtype --dst-type LOCAL ${words} ${number}`;
  append(filter, chain.externalServices, `${refused} -j ${target}`);
}

function refuseExternal(filter: TableRules, served: ServedPort, address: string): void {
  const { port, hasExternal } = served;
  if (hasExternal) return;
  const { text, target } = refusal(served);
  append(filter, chain.externalServices, `${toAddress(port, text, address)} -j ${target}`);
}

const refusal = ({ port, endpoints }: ServedPort): { text: string; target: string } =>
  endpoints.hasAny
    ? { text: `${port.name} has no local endpoints`, target: 'DROP' }
    : { text: `${port.name} has no endpoints`, target: 'REJECT' };
