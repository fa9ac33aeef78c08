import { failure } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import type { Ip4 } from '../../core/ip.ts';
import type { EndpointRecord } from './record.ts';

/** Values of the node that every pod link needs. */
export interface LinkContext {
  readonly exec: Exec;
  readonly nodeAddress: Ip4;
  /** First address of the node's pod CIDR: what pods see as their router. */
  readonly gateway: Ip4;
  /** False on kernels without IPv6, which refuse `addrgenmode`. */
  readonly hasIp6: boolean;
}

/**
 * Makes the veth of a pod with addresses, routes and permanent neighbours at both ends. One process in
 * each namespace; the first fails as a whole where the pod has such a link already.
 */
export async function makeLinks({ exec, ...context }: LinkContext, record: EndpointRecord): Promise<void> {
  await exec('ip', ['-batch', '-'], { input: batch(nodeSide(context, record)) });
  await exec('nsenter', [`--net=${record.netns}`, 'ip', '-batch', '-'], {
    input: batch(podSide(context, record)),
  });
}

/** Removes the veth of a pod with its routes and neighbours; repeatable. */
export async function removeLinks(exec: Exec, record: EndpointRecord): Promise<void> {
  const { exitCode, stderr } = await exec('ip', ['link', 'delete', 'dev', record.link], {
    allowFailure: true,
  });
  if (exitCode !== 0 && !/Cannot find device/.test(stderr)) {
    throw failure('E_LINK', `${record.link} could not be removed: ${stderr.trim()}`);
  }
}

export const nodeSide = (context: Omit<LinkContext, 'exec'>, record: EndpointRecord): readonly string[] => [
  `link add name ${record.link} address ${record.nodeMac} mtu ${record.mtu} type veth` +
    ` peer name ${record.ifName} address ${record.mac} mtu ${record.mtu} netns ${record.netns}`,
  ...(context.hasIp6 ? [`link set dev ${record.link} addrgenmode none`] : []),
  `link set dev ${record.link} up`,
  // Without src the node would show pods whatever address its routing finds first.
  `route replace ${record.address}/32 dev ${record.link} scope link src ${context.nodeAddress}`,
  `neigh replace ${record.address} lladdr ${record.mac} dev ${record.link} nud permanent`,
];

export const podSide = (context: Omit<LinkContext, 'exec'>, record: EndpointRecord): readonly string[] => [
  'link set dev lo up',
  ...(context.hasIp6 ? [`link set dev ${record.ifName} addrgenmode none`] : []),
  `addr add ${record.address}/32 dev ${record.ifName}`,
  `link set dev ${record.ifName} up`,
  `neigh replace ${context.gateway} lladdr ${record.nodeMac} dev ${record.ifName} nud permanent`,
  `route replace ${context.gateway}/32 dev ${record.ifName} scope link src ${record.address}`,
  `route replace default via ${context.gateway} dev ${record.ifName} src ${record.address}`,
];

const batch = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
