import { execFileSync } from 'node:child_process';

/**
 * Two nodes on a bridge, three pods, a client behind the bridge's router.
 *
 *   client 172.30.0.2 -- 172.30.0.1 fabric 10.9.0.1 -- 10.9.0.11 node1: a .1.10, b .1.11
 *                                                   `- 10.9.0.12 node2: c .2.10
 */
export interface NodePlan {
  readonly name: 'node1' | 'node2';
  readonly address: string;
  readonly podNet: string;
  readonly gateway: string;
  readonly pods: readonly PodPlan[];
}
export interface PodPlan {
  readonly name: 'a' | 'b' | 'c';
  readonly address: string;
}

export const nodes: readonly NodePlan[] = [
  {
    name: 'node1',
    address: '10.9.0.11',
    podNet: '10.244.1.0/24',
    gateway: '10.244.1.1',
    pods: [
      { name: 'a', address: '10.244.1.10' },
      { name: 'b', address: '10.244.1.11' },
    ],
  },
  {
    name: 'node2',
    address: '10.9.0.12',
    podNet: '10.244.2.0/24',
    gateway: '10.244.2.1',
    pods: [{ name: 'c', address: '10.244.2.10' }],
  },
];
export const client = '172.30.0.2';
export const places = ['fabric', 'client', 'node1', 'node2', 'a', 'b', 'c'] as const;
export type Place = (typeof places)[number];

const prefix = `t-bpf-${process.pid}`;
export const namespaceOf = (place: Place): string => `${prefix}-${place}`;

export function makeTopology(): void {
  for (const place of places) {
    ip('netns', 'add', namespaceOf(place));
    sysctl(place, [
      'net.ipv4.conf.all.rp_filter=1',
      'net.ipv4.conf.default.rp_filter=1',
      'net.ipv6.conf.all.disable_ipv6=1',
      'net.ipv6.conf.default.disable_ipv6=1',
    ]);
    batch(place, ['link set lo up']);
  }
  makeFabric();
  for (const node of nodes) makeNode(node);
}

export function removeTopology(): void {
  for (const place of places) {
    execFileSync('ip', ['netns', 'del', namespaceOf(place)], { stdio: 'ignore' });
  }
}

function makeFabric(): void {
  batch('fabric', [
    'link add br0 type bridge',
    'addr add 10.9.0.1/24 dev br0',
    'link set br0 up',
    `link add client type veth peer name eth0 netns ${namespaceOf('client')}`,
    'addr add 172.30.0.1/24 dev client',
    'link set client up',
    ...nodes.map(({ podNet, address }) => `route add ${podNet} via ${address}`),
  ]);
  sysctl('fabric', ['net.ipv4.ip_forward=1', 'net.ipv4.conf.all.send_redirects=0']);
  batch('client', [`addr add ${client}/24 dev eth0`, 'link set eth0 up', 'route add default via 172.30.0.1']);
}

function makeNode(node: NodePlan): void {
  const others = nodes.filter(({ name }) => name !== node.name);
  batch('fabric', [
    `link add ${node.name} type veth peer name eth0 netns ${namespaceOf(node.name)}`,
    `link set ${node.name} master br0 up`,
  ]);
  batch(node.name, [
    `addr add ${node.address}/24 dev eth0`,
    'link set eth0 up',
    'route add default via 10.9.0.1',
    `addr add ${node.gateway}/32 dev lo scope link`,
    ...others.map(({ podNet, address }) => `route add ${podNet} via ${address}`),
  ]);
  sysctl(node.name, ['net.ipv4.ip_forward=1']);
  for (const pod of node.pods) makePod(node, pod);
}

function makePod(node: NodePlan, pod: PodPlan): void {
  batch(node.name, [
    `link add lxc${pod.name} type veth peer name eth0 netns ${namespaceOf(pod.name)}`,
    `link set lxc${pod.name} up`,
    `route add ${pod.address}/32 dev lxc${pod.name} src ${node.address}`,
  ]);
  batch(pod.name, [
    `addr add ${pod.address}/32 dev eth0`,
    'link set eth0 up',
    `route add ${node.gateway} dev eth0 scope link`,
    `route add default via ${node.gateway}`,
  ]);
  const podMac = macOf(pod.name, 'eth0');
  const nodeMac = macOf(node.name, `lxc${pod.name}`);
  batch(node.name, [`neigh add ${pod.address} lladdr ${podMac} dev lxc${pod.name} nud permanent`]);
  batch(pod.name, [`neigh add ${node.gateway} lladdr ${nodeMac} dev eth0 nud permanent`]);
}

export function macOf(place: Place, device: string): string {
  const [link] = JSON.parse(ip('-n', namespaceOf(place), '-j', 'link', 'show', device)) as {
    address: string;
  }[];
  return link?.address ?? '';
}

export const ifindexIn = (place: Place, device: string): number => {
  const [link] = JSON.parse(ip('-n', namespaceOf(place), '-j', 'link', 'show', device)) as {
    ifindex: number;
  }[];
  return link?.ifindex ?? 0;
};

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });

const batch = (place: Place, lines: readonly string[]): void =>
  void execFileSync('ip', ['-n', namespaceOf(place), '-batch', '-'], {
    input: lines.join('\n'),
    encoding: 'utf8',
  });

const sysctl = (place: Place, settings: readonly string[]): void =>
  void execFileSync('ip', ['netns', 'exec', namespaceOf(place), 'sysctl', '-q', '-w', ...settings]);
