import { holds, overlaps, parseCidr4 } from '../../core/ip.ts';
import { podCIDRMaskSize } from './addresses.ts';
import { type CompleteLab, nodeCount, type Rule, type Violation } from './rule.ts';

const mode = 'spec.ipam.mode';
const pools = 'spec.ipam.pools';
const maskSize = 'spec.ipam.maskSize';
const podCIDR = 'spec.network.podCIDR';

export const ipamRules: readonly Rule[] = [
  { id: 'ipam.runtime', fields: [mode, 'spec.runtime'], check: hasOperator },
  { id: 'ipam.unread', fields: [mode, pools, maskSize], check: isRead },
  { id: 'ipam.pools', fields: [pools, mode, podCIDR], check: poolsAreNetworks },
  {
    id: 'ipam.room',
    fields: [maskSize, pools, mode, podCIDR, 'spec.nodes.controlPlanes', 'spec.nodes.workers'],
    check: hasRoom,
  },
];

const isClusterPool = ({ spec }: CompleteLab): boolean => spec.ipam.mode === 'cluster-pool';

function hasOperator(lab: CompleteLab): Violation | undefined {
  if (!isClusterPool(lab) || ['kind', 'existing'].includes(lab.spec.runtime)) return undefined;
  return {
    message: `ipam cluster-pool needs the operator, which runtime ${lab.spec.runtime} does not have`,
    allowed: 'cluster-pool with --runtime kind or existing',
    suggestion: 'kubernetes',
  };
}

/** A pool that nobody would look at is a mistake, not a wish. */
function isRead(lab: CompleteLab): Violation | undefined {
  const { pools: given, maskSize: bits } = lab.spec.ipam;
  if (isClusterPool(lab) || (given.length === 0 && bits === podCIDRMaskSize)) return undefined;
  return {
    message: 'pools and maskSize are of ipam cluster-pool, and the mode is kubernetes',
    allowed: 'pools and maskSize with mode cluster-pool',
    suggestion: 'cluster-pool',
  };
}

function poolsAreNetworks(lab: CompleteLab): Violation | undefined {
  if (!isClusterPool(lab)) return undefined;
  const all = parseCidr4(lab.spec.network.podCIDR);
  const given = lab.spec.ipam.pools;
  const wrong = given.find((pool) => parseCidr4(pool) === undefined);
  if (wrong !== undefined) return violation(`${wrong} has host bits set`);
  const outside = given.find((pool) => {
    const range = parseCidr4(pool);
    return range !== undefined && all !== undefined && !holds(all, range);
  });
  if (outside !== undefined) return violation(`${outside} is not inside podCIDR ${lab.spec.network.podCIDR}`);
  const [one, other] = overlapping(given) ?? [];
  return one === undefined ? undefined : violation(`${one} and ${other} overlap`);
}

const violation = (what: string): Violation => ({
  message: `ipam.pools: ${what}`,
  allowed: 'networks inside the pod CIDR that share no address',
});

function overlapping(given: readonly string[]): readonly [string, string] | undefined {
  for (const [index, one] of given.entries()) {
    const other = given.slice(index + 1).find((each) => {
      const [a, b] = [parseCidr4(one), parseCidr4(each)];
      return a !== undefined && b !== undefined && overlaps(a, b);
    });
    if (other !== undefined) return [one, other];
  }
  return undefined;
}

function hasRoom(lab: CompleteLab): Violation | undefined {
  if (!isClusterPool(lab)) return undefined;
  const { pools: given, maskSize: bits } = lab.spec.ipam;
  const cut = given.length === 0 ? [lab.spec.network.podCIDR] : given;
  const ranges = cut.flatMap((pool) => parseCidr4(pool) ?? []);
  // What is no network is told by another rule.
  if (ranges.length < cut.length) return undefined;
  const narrow = ranges.find(({ prefix }) => prefix > bits);
  const room = ranges.reduce((sum, { prefix }) => sum + 2 ** Math.max(0, bits - prefix), 0);
  const count = nodeCount(lab);
  if (narrow === undefined && room >= count) return undefined;
  return {
    message:
      narrow === undefined
        ? `the pools have room for ${room} nodes (a /${bits} each), the lab has ${count}`
        : `ipam.maskSize: a pool of /${narrow.prefix} has no /${bits}`,
    allowed: 'a longer maskSize, or larger pools',
  };
}
