import type { Pod } from '../../../src/core/k8s.ts';
import { nodeNamespace, podNamespace, roleNamespace } from '../../../src/core/names.ts';
import { run, sh } from '../support/cli.ts';
import { addressOf, type LiveLab, nodeAddress } from '../support/lab.ts';

/** A network namespace, by the path of its file, and an address that is reached there. */
export interface End {
  readonly netns: string;
  readonly address: string;
}

export const inEnd = ({ netns }: End, ...argv: readonly string[]): Promise<string> =>
  sh('nsenter', `--net=${netns}`, '--', ...argv);

/** Client ports that kernels give out: claims that name their flows beforehand bind lower ones. */
export const givenPorts = '30000-65534';

/**
 * Joins two places by a veth of their own, for one protocol from `a` to `b` and back: those packets reach
 * their goal and never pass the pod's device. `ports` narrows it to echo clients with such ports.
 */
export async function directLink(a: End, b: End, protocol: 'tcp' | 'udp', ports?: string): Promise<void> {
  await pair(a, b);
  const narrowed = (client: string, server: string): string[] =>
    ports === undefined ? [] : [client, ports, server, echoPort];
  await route(a, nearDevice, b.address, ['ipproto', protocol, ...narrowed('sport', 'dport')]);
  await route(b, farDevice, a.address, ['ipproto', protocol, ...narrowed('dport', 'sport')]);
}

/** Gives a pod a second device to its node, for UDP to one address: the node's stack forwards those packets. */
export async function secondDevice(pod: End, node: End, to: string): Promise<void> {
  await pair(pod, node);
  await inEnd(node, 'ip', 'link', 'set', farDevice, 'up');
  await inEnd(node, 'ip', 'addr', 'add', `${gateway}/32`, 'dev', farDevice);
  await inEnd(node, 'sysctl', '-qw', `net.ipv4.conf.${farDevice}.rp_filter=0`);
  await route(pod, nearDevice, to, ['ipproto', 'udp'], ['via', gateway, 'onlink']);
}

/** Takes away what the above made. */
export async function unlink(...ends: readonly End[]): Promise<void> {
  for (const end of ends) {
    await run('nsenter', [`--net=${end.netns}`, '--', 'ip', 'rule', 'del', 'lookup', table], {});
  }
  const [first] = ends;
  if (first !== undefined) await inEnd(first, 'ip', 'link', 'delete', nearDevice);
}

const [nearDevice, farDevice] = ['mutant-a', 'mutant-b'];
const gateway = '169.254.77.1';
const table = '77';
const echoPort = '7000';

const pair = (a: End, b: End): Promise<string> =>
  sh(
    ...(['ip', 'link', 'add', nearDevice, 'netns', a.netns, 'type', 'veth'] as const),
    ...(['peer', 'name', farDevice, 'netns', b.netns] as const),
  );

async function route(
  end: End,
  device: string,
  to: string,
  selector: readonly string[],
  hop: readonly string[] = [],
): Promise<void> {
  await inEnd(end, 'ip', 'link', 'set', device, 'up');
  await inEnd(end, 'ip', 'route', 'add', to, ...hop, 'dev', device, 'table', table);
  await inEnd(end, 'ip', 'rule', 'add', ...selector, 'to', to, 'lookup', table);
}

export const podEnd = ({ name }: LiveLab, pod: Pod): End => ({
  netns: `/run/netns/${podNamespace(name, pod.metadata.namespace ?? 'default', pod.metadata.name)}`,
  address: addressOf(pod),
});
export const nodeEnd = (lab: LiveLab, node: string): End => ({
  netns: `/run/netns/${nodeNamespace(node)}`,
  address: nodeAddress(lab, node),
});
export const worldEnd = ({ name }: LiveLab): End => ({
  netns: `/run/netns/${roleNamespace(name, 'world')}`,
  address: '198.51.100.2',
});
