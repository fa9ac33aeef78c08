import type { Pod } from '../../../src/core/k8s.ts';
import { podNamespace, roleNamespace } from '../../../src/core/names.ts';
import { sh } from '../support/cli.ts';
import { inNamespace, type LiveLab } from '../support/lab.ts';

interface End {
  readonly namespace: string;
  readonly address: string;
}

/**
 * Joins two places by a veth of their own, for one protocol from `a` to `b` and back: those packets reach
 * their goal and never pass the pod's device. `ports` narrows it to echo clients with such ports.
 */
export async function directLink(a: End, b: End, protocol: 'tcp' | 'udp', ports?: string): Promise<void> {
  await sh(
    ...(['ip', 'link', 'add', 'mutant-a', 'netns', a.namespace, 'type', 'veth'] as const),
    ...(['peer', 'name', 'mutant-b', 'netns', b.namespace] as const),
  );
  const narrowed = (client: string, server: string): string[] =>
    ports === undefined ? [] : [client, ports, server, echoPort];
  await route(a.namespace, 'mutant-a', b.address, ['ipproto', protocol, ...narrowed('sport', 'dport')]);
  await route(b.namespace, 'mutant-b', a.address, ['ipproto', protocol, ...narrowed('dport', 'sport')]);
}

const table = '77';
const echoPort = '7000';

async function route(
  namespace: string,
  device: string,
  to: string,
  selector: readonly string[],
): Promise<void> {
  await inNamespace(namespace, 'ip', 'link', 'set', device, 'up');
  await inNamespace(namespace, 'ip', 'route', 'add', to, 'dev', device, 'table', table);
  await inNamespace(namespace, 'ip', 'rule', 'add', ...selector, 'to', to, 'lookup', table);
}

export const podEnd = ({ name }: LiveLab, pod: Pod): End => ({
  namespace: podNamespace(name, pod.metadata.namespace ?? 'default', pod.metadata.name),
  address: pod.status?.podIP ?? '',
});
export const worldEnd = ({ name }: LiveLab): End => ({
  namespace: roleNamespace(name, 'world'),
  address: '198.51.100.2',
});
