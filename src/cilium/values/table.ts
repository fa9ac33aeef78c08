import type { VersionRange } from '../version.ts';
import type { Intent, Intents } from './intents.ts';

type Wanted<I extends Intent> = NonNullable<Intents[I]>;

/** One row: in these chart versions this intent is said by this key. */
export interface ValueRow<I extends Intent = Intent> extends VersionRange {
  readonly intent: I;
  /** Path in the values, as `bpf.masquerade`. */
  readonly key: string;
  /** The words of these versions, each with what it means; the value itself where it is left out. */
  readonly words?: readonly (readonly [word: unknown, wanted: Wanted<I>])[];
  /** Charts of these versions take it, but another key says it better. */
  readonly isOnlyRead?: true;
}

const tunnelWords: readonly (readonly [string, Wanted<'routing'>])[] = [
  ['disabled', 'native'],
  ['vxlan', 'tunnel'],
  ['geneve', 'tunnel'],
];

/**
 * How each intent is said, by chart version. The first word with a meaning is the one that is written; all are
 * read. `tunnel` lives until 1.14.2 and not until 1.13, as 1.14.0 to 1.14.2 print `routing-mode` twice when they are
 * given routingMode. Found by rendering every released chart.
 */
export const valueTable: readonly ValueRow[] = [
  row('kubeProxyReplacement', 'kubeProxyReplacement', { before: '1.14.0' }, [
    ['strict', true],
    ['disabled', false],
    ['probe', false],
    [false, false],
  ]),
  row('kubeProxyReplacement', 'kubeProxyReplacement', { from: '1.14.0' }, [
    [true, true],
    [false, false],
    ['true', true],
    ['false', false],
    ['strict', true],
    ['disabled', false],
  ]),
  row('routing', 'tunnel', { before: '1.14.3' }, tunnelWords),
  { ...row('routing', 'tunnel', { from: '1.14.3', before: '1.15.0' }, tunnelWords), isOnlyRead: true },
  { ...row('routing', 'routingMode', { from: '1.14.0', before: '1.14.3' }), isOnlyRead: true },
  row('routing', 'routingMode', { from: '1.14.3' }),
  row('nativeRoutingCIDR', 'ipv4NativeRoutingCIDR'),
  row('directNodeRoutes', 'autoDirectNodeRoutes'),
  row('masqueradeV4', 'enableIPv4Masquerade'),
  row('bpfMasquerade', 'bpf.masquerade'),
  row('legacyHostRouting', 'bpf.hostLegacyRouting'),
  row('datapathMode', 'bpf.datapathMode', { from: '1.16.0' }),
  row('socketLB', 'socketLB.enabled'),
  row('loadBalancerMode', 'loadBalancer.mode'),
  row('acceleration', 'loadBalancer.acceleration'),
  row('ipam', 'ipam.mode'),
  row('pools', 'ipam.operator.clusterPoolIPv4PodCIDRList'),
  row('poolMaskSize', 'ipam.operator.clusterPoolIPv4MaskSize'),
  row('apiServerHost', 'k8sServiceHost'),
  row('apiServerPort', 'k8sServicePort'),
  row('clusterName', 'cluster.name'),
  row('operatorReplicas', 'operator.replicas'),
  row('hubble', 'hubble.enabled'),
  row('debug', 'debug.enabled'),
  row('debugVerbose', 'debug.verbose'),
  row('monitorAggregation', 'bpf.monitorAggregation'),
];

function row<I extends Intent>(
  intent: I,
  key: string,
  range: VersionRange = {},
  words?: readonly (readonly [unknown, Wanted<I>])[],
): ValueRow {
  return { intent, key, ...range, ...(words === undefined ? {} : { words }) } as unknown as ValueRow;
}
