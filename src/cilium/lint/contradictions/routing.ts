import { holds, parseCidr4 } from '../../../core/ip.ts';
import type { Intents } from '../../values/intents.ts';
import { isGiven } from '../../values/meaning.ts';
import { valueUnder } from '../../values/tree.ts';
import { inRange, type VersionRange } from '../../version.ts';
import type { Contradiction } from './contradiction.ts';
import { type Family, masqueradesFamily } from './masquerade.ts';

/** What Cilium's chart gives nodes where no pool is named. */
const defaultPool = '10.0.0.0/8';

/** What takes the place of a CIDR for native routing, by the agents of 1.12.4 to 1.20.2. */
interface Instead extends VersionRange {
  readonly key: string;
  readonly values: readonly unknown[];
  /** Only of this one. */
  readonly family?: 4;
}
const insteadOfCidr: readonly Instead[] = [
  { key: 'ipam.mode', values: ['eni', 'alibabacloud'], family: 4 },
  { key: 'eni.enabled', values: [true], from: '1.19.0', family: 4 },
  { key: 'ipMasqAgent.enabled', values: [true], from: '1.15.0' },
  { key: 'nativeRoutingCIDRFromClusterPool', values: [true], from: '1.20.0' },
];

export const routingContradictions: readonly Contradiction[] = [
  withoutCidr(4, 'ipv4NativeRoutingCIDR', 'enableIPv4Masquerade'),
  withoutCidr(6, 'ipv6NativeRoutingCIDR', 'enableIPv6Masquerade'),
  {
    key: 'ipv4NativeRoutingCIDR',
    severity: 'warning',
    check: (meaning) => {
      const { intents } = meaning;
      if (intents.routing !== 'native' || typeof intents.nativeRoutingCIDR !== 'string') return undefined;
      if ((intents.ipam ?? 'cluster-pool') !== 'cluster-pool' || !masqueradesFamily(4, meaning))
        return undefined;
      const routed = parseCidr4(intents.nativeRoutingCIDR);
      const outside = poolsOf(intents).filter((pool) => {
        const range = parseCidr4(pool);
        return range !== undefined && routed !== undefined && !holds(routed, range);
      });
      return outside.length === 0
        ? undefined
        : `${intents.nativeRoutingCIDR} does not hold the pool ${outside.join(', ')}: pods outside of it are masqueraded`;
    },
    use: 'the same range as ipam.operator.clusterPoolIPv4PodCIDRList',
  },
  {
    key: 'tunnelProtocol',
    from: '1.14.3',
    before: '1.17.0',
    severity: 'warning',
    check: ({ intents, values }) =>
      valueUnder(values, 'tunnelProtocol') && intents.routing === undefined
        ? 'without routingMode the chart prints tunnel-protocol twice, which strict readers of YAML refuse'
        : undefined,
    use: 'routingMode: tunnel beside it',
  },
  {
    key: 'autoDirectNodeRoutes',
    severity: 'error',
    check: ({ intents }) =>
      intents.directNodeRoutes === true && (intents.routing ?? 'tunnel') === 'tunnel'
        ? 'direct node routes with a tunnel: the agent ends with a fatal error'
        : undefined,
    use: 'native routing, or autoDirectNodeRoutes: false',
  },
];

/** Whoever masquerades has to know what not to. Charts notice from 1.18 on, where masquerade is written out. */
function withoutCidr(family: Family, key: string, masquerade: string): Contradiction {
  return {
    key,
    severity: 'error',
    check: (meaning) => {
      const { version, values, intents } = meaning;
      if (intents.routing !== 'native' || !masqueradesFamily(family, meaning)) return undefined;
      const isInstead = (each: Instead): boolean =>
        (each.family ?? family) === family &&
        inRange(version, each) &&
        each.values.includes(valueUnder(values, each.key));
      if (isGiven(valueUnder(values, key)) || insteadOfCidr.some(isInstead)) return undefined;
      const isRefused = inRange(version, { from: '1.18.0' }) && valueUnder(values, masquerade) === true;
      return `native routing without a CIDR: ${isRefused ? 'the chart refuses it' : 'the agent ends with a fatal error'}`;
    },
    use: `${key}: the range of all pods`,
  };
}

function poolsOf({ pools }: Partial<Intents>): readonly string[] {
  // Charts take a list and, as helm users type it, a single text.
  const given: unknown = pools;
  if (typeof given === 'string') return [given];
  return Array.isArray(given) ? given.map(String) : [defaultPool];
}
