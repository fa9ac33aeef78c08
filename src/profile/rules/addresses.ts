import { formatIp4, overlaps, parseCidr4, parseIp4, type Range4 } from '../../core/ip.ts';
import { roleNetworks } from '../../core/role-networks.ts';
import { type CompleteLab, nodeCount, type Rule, type Violation } from './rule.ts';

/** Prefix length of each node's share of the pod CIDR. */
export const podCIDRMaskSize = 24;

type NetworkName = 'podCIDR' | 'serviceCIDR' | 'nodeCIDR' | 'nativeRoutingCIDR';
const networkNames: readonly NetworkName[] = ['podCIDR', 'serviceCIDR', 'nodeCIDR', 'nativeRoutingCIDR'];
const path = (name: NetworkName): string => `spec.network.${name}`;

/** Where the client and the world host of an embedded lab live, and addresses that no network may use. */
const outside = [
  { cidr: roleNetworks.client, is: "the outside client's network" },
  { cidr: roleNetworks.world, is: "the world host's network" },
];
const reserved = [
  { cidr: '0.0.0.0/8', is: '"this network" addresses' },
  { cidr: '127.0.0.0/8', is: 'loopback addresses' },
  { cidr: '169.254.0.0/16', is: 'link-local addresses' },
  { cidr: '224.0.0.0/3', is: 'multicast and reserved addresses' },
];

export const addressRules: readonly Rule[] = [
  ...networkNames.map((name) => rule(`host-bits.${name}`, [name], hostBits(name))),
  ...(['podCIDR', 'serviceCIDR', 'nodeCIDR'] as const).map((name) =>
    rule(`reserved.${name}`, [name], inForbidden(name, reserved)),
  ),
  ...(['podCIDR', 'serviceCIDR', 'nodeCIDR'] as const).map((name) => ({
    id: `outside-overlap.${name}`,
    fields: [path(name), 'spec.runtime'],
    check: (lab: CompleteLab) =>
      ['kind', 'existing'].includes(lab.spec.runtime) ? undefined : inForbidden(name, outside)(lab),
  })),
  rule('overlap.pod-service', ['podCIDR', 'serviceCIDR'], overlap('podCIDR', 'serviceCIDR')),
  rule('overlap.pod-node', ['podCIDR', 'nodeCIDR'], overlap('podCIDR', 'nodeCIDR')),
  rule('overlap.service-node', ['serviceCIDR', 'nodeCIDR'], overlap('serviceCIDR', 'nodeCIDR')),
  {
    id: 'pod-cidr-size',
    fields: [path('podCIDR'), 'spec.nodes.controlPlanes', 'spec.nodes.workers'],
    check: podCIDRSize,
  },
  rule('service-cidr-size', ['serviceCIDR'], (lab) =>
    prefixWithin(lab, 'serviceCIDR', 12, 28, 'a network from /12 to /28'),
  ),
  rule('node-cidr-size', ['nodeCIDR'], (lab) =>
    prefixWithin(lab, 'nodeCIDR', 16, 24, 'a network from /16 to /24 (nodes, their router, this machine)'),
  ),
  rule('native-routing-holds-pods', ['nativeRoutingCIDR', 'podCIDR'], nativeHoldsPods),
];

function rule(id: string, names: readonly NetworkName[], check: Rule['check']): Rule {
  return { id, fields: names.map(path), check };
}

/** The addresses of a network, host bits or not: so one fault does not hide another. */
const rangeOf = ({ spec }: CompleteLab, name: NetworkName): Range4 | undefined =>
  parseCidr4(withoutHostBits(spec.network[name]));

function withoutHostBits(text: string): string {
  const [address = '', prefix = ''] = text.split('/');
  const value = parseIp4(address);
  const size = 2 ** (32 - Number(prefix));
  return value === undefined ? text : `${formatIp4(Math.floor(value / size) * size)}/${prefix}`;
}

function hostBits(name: NetworkName): Rule['check'] {
  return ({ spec }) => {
    const text = spec.network[name];
    const network = withoutHostBits(text);
    if (network === text) return undefined;
    return {
      message: `${name}: ${text} has host bits set`,
      allowed: 'a network address: zeros past the prefix',
      suggestion: network,
    };
  };
}

function inForbidden(name: NetworkName, forbidden: readonly { cidr: string; is: string }[]): Rule['check'] {
  return (lab) => {
    const range = rangeOf(lab, name);
    const hit = forbidden.find(({ cidr }) => {
      const other = parseCidr4(cidr);
      return range !== undefined && other !== undefined && overlaps(range, other);
    });
    if (hit === undefined) return undefined;
    return {
      message: `${name}: ${lab.spec.network[name]} overlaps ${hit.cidr}, ${hit.is}`,
      allowed: 'a private network, such as one of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16',
    };
  };
}

function overlap(a: NetworkName, b: NetworkName): Rule['check'] {
  return (lab) => {
    const [left, right] = [rangeOf(lab, a), rangeOf(lab, b)];
    if (left === undefined || right === undefined || !overlaps(left, right)) return undefined;
    return {
      message: `${a} ${lab.spec.network[a]} and ${b} ${lab.spec.network[b]} overlap`,
      allowed: 'networks that share no address',
    };
  };
}

function podCIDRSize(lab: CompleteLab): Violation | undefined {
  const range = rangeOf(lab, 'podCIDR');
  if (range === undefined) return undefined;
  const room = range.prefix > podCIDRMaskSize ? 0 : 2 ** (podCIDRMaskSize - range.prefix);
  const count = nodeCount(lab);
  if (room >= count && range.prefix >= 8) return undefined;
  const widest = podCIDRMaskSize - Math.ceil(Math.log2(count));
  return {
    message:
      range.prefix < 8
        ? `podCIDR ${lab.spec.network.podCIDR} is larger than /8`
        : `podCIDR ${lab.spec.network.podCIDR} has room for ${room} nodes (a /${podCIDRMaskSize} each), the lab has ${count}`,
    allowed: `a network from /8 to /${widest}`,
  };
}

function prefixWithin(
  lab: CompleteLab,
  name: NetworkName,
  least: number,
  most: number,
  allowed: string,
): Violation | undefined {
  const prefix = rangeOf(lab, name)?.prefix;
  if (prefix === undefined || (prefix >= least && prefix <= most)) return undefined;
  return {
    message: `${name}: ${lab.spec.network[name]} is too ${prefix < least ? 'large' : 'small'}`,
    allowed,
  };
}

function nativeHoldsPods(lab: CompleteLab): Violation | undefined {
  const [native, pods] = [rangeOf(lab, 'nativeRoutingCIDR'), rangeOf(lab, 'podCIDR')];
  if (native === undefined || pods === undefined) return undefined;
  if (native.first <= pods.first && pods.last <= native.last) return undefined;
  const { nativeRoutingCIDR, podCIDR } = lab.spec.network;
  return {
    message: `nativeRoutingCIDR ${nativeRoutingCIDR} does not hold podCIDR ${podCIDR}: traffic between pods would be masqueraded`,
    allowed: 'a network that holds the pod CIDR',
    suggestion: podCIDR,
  };
}
