export type Sysctl = readonly [path: string, value: string];

/**
 * Every setting that a lab relies on, for each of its namespaces: a new namespace copies some from the
 * host and starts others at values of its own, so none is taken for granted.
 */
const perInterface = (devices: readonly string[], settings: Readonly<Record<string, string>>): Sysctl[] =>
  ['all', 'default', ...devices].flatMap((device) =>
    Object.entries(settings).map(([name, value]): Sysctl => [`net/ipv4/conf/${device}/${name}`, value]),
  );

const plainHost = {
  rp_filter: '0',
  accept_local: '0',
  accept_redirects: '0',
  accept_source_route: '0',
  send_redirects: '0',
  arp_ignore: '0',
  arp_announce: '0',
  arp_filter: '0',
  proxy_arp: '0',
  log_martians: '0',
  route_localnet: '0',
};

/** IPv4 only: no router solicitations or neighbour discovery in a capture. `::1` stays. */
const noIpv6: readonly Sysctl[] = [
  ['net/ipv6/conf/all/disable_ipv6', '1'],
  ['net/ipv6/conf/default/disable_ipv6', '1'],
  ['net/ipv6/conf/lo/disable_ipv6', '0'],
];

const common: readonly Sysctl[] = [
  ['net/ipv4/ip_default_ttl', '64'],
  ['net/ipv4/ping_group_range', '0 2147483647'],
  ['net/ipv4/icmp_echo_ignore_all', '0'],
  ['net/ipv4/ip_nonlocal_bind', '0'],
  ...noIpv6,
];

/** A bridge whose frames do not pass netfilter, where the kernel has that switch at all. */
const bridgeNetfilterOff: readonly Sysctl[] = ['iptables', 'ip6tables', 'arptables'].map((table) => [
  `net/bridge/bridge-nf-call-${table}`,
  '0',
]);

/** ip_forward comes first: writing it sets the settings of every interface back. */
const forwarding = (on: boolean): Sysctl => ['net/ipv4/ip_forward', on ? '1' : '0'];

export const fabricSysctls = (devices: readonly string[]): Sysctl[] => [
  forwarding(true),
  ...common,
  ...bridgeNetfilterOff,
  ...perInterface(devices, plainHost),
];

/** The agent adds what its own datapath relies on. */
export const nodeSysctls = (device: string): Sysctl[] => [
  forwarding(true),
  ...common,
  ...bridgeNetfilterOff,
  ...perInterface([device], plainHost),
];

export const roleSysctls = (device: string): Sysctl[] => [
  forwarding(false),
  ...common,
  ...perInterface([device], plainHost),
];
