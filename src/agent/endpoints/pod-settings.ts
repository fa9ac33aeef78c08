import type { Setting } from '../node/sysctls.ts';

/**
 * Set before the pod has its link: what a namespace copies from a hardened host, and IPv6, which this
 * datapath does not route. `default` and not `all`: ::1 stays.
 */
export const podSettings: readonly Setting[] = [
  { name: 'net/ipv6/conf/default/disable_ipv6', value: '1', isOptional: true },
  ...['all', 'default'].flatMap((link) => [
    { name: `net/ipv4/conf/${link}/rp_filter`, value: '0' },
    { name: `net/ipv4/conf/${link}/arp_ignore`, value: '0' },
    { name: `net/ipv4/conf/${link}/arp_announce`, value: '0' },
  ]),
];
