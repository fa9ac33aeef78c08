import { append, type TableRules } from '../iptables/rule-set.ts';
import type { EndpointInfo } from './endpoints.ts';
import { chain } from './names.ts';
import type { ServedPort } from './routing.ts';
import type { ServicePortInfo } from './service-port.ts';

/** KUBE-SVC and KUBE-SVL choose an endpoint, KUBE-SEP goes there. `isLarge` leaves the comments out. */
export function addBalancingRules(nat: TableRules, { port, endpoints }: ServedPort, isLarge: boolean): void {
  const comment = (text: string): string => (isLarge ? '' : `-m comment --comment "${text}" `);
  for (const [from, list] of [
    [port.chains.cluster, endpoints.cluster],
    [port.chains.local, endpoints.local],
  ] as const) {
    for (const rule of choices(port, list, comment)) append(nat, from, rule);
  }
  for (const endpoint of endpoints.all) {
    for (const rule of delivery(port, endpoint, comment)) append(nat, endpoint.chain, rule);
  }
}

type Comment = (text: string) => string;

/** First the endpoint that a client was at before, if it should stick; then each with an equal share. */
function choices(port: ServicePortInfo, endpoints: readonly EndpointInfo[], comment: Comment): string[] {
  const about = (endpoint: EndpointInfo): string => comment(`${port.name} -> ${endpoint.text}`);
  const sticky = endpoints.map((endpoint) => {
    const recent = `-m recent --name ${endpoint.chain} --rcheck --seconds ${port.affinitySeconds} --reap`;
    return `${about(endpoint)}${recent} -j ${endpoint.chain}`;
  });
  const shares = endpoints.map((endpoint, at) => {
    const left = endpoints.length - at;
    const chance = left > 1 ? `-m statistic --mode random --probability ${(1 / left).toFixed(10)} ` : '';
    return `${about(endpoint)}${chance}-j ${endpoint.chain}`;
  });
  return port.affinitySeconds === undefined ? shares : [...sticky, ...shares];
}

function delivery(port: ServicePortInfo, endpoint: EndpointInfo, comment: Comment): string[] {
  const words = comment(port.name);
  const { protocol } = port;
  const remember = port.affinitySeconds === undefined ? '' : `-m recent --name ${endpoint.chain} --set `;
  return [
    // An endpoint that calls itself through the Service must see another source than itself.
    `${words}-s ${endpoint.ip} -j ${chain.markMasquerade}`,
    `${words}${remember}-m ${protocol} -p ${protocol} -j DNAT --to-destination ${endpoint.text}`,
  ];
}
