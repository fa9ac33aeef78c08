import type { VersionRange } from '../version.ts';
import type { Intent, Intents } from './intents.ts';

type Wanted<I extends Intent> = NonNullable<Intents[I]>;
type Words<I extends Intent> = readonly (readonly [word: unknown, wanted: Wanted<I>])[];

/** One row: in these chart versions this intent is said by this key. */
export interface ValueRow<I extends Intent = Intent> extends VersionRange {
  readonly intent: I;
  /** Path in the values, as `bpf.masquerade`. */
  readonly key: string;
  /** The words of these versions, each with what it means; the value itself where it is left out. */
  readonly words?: Words<I>;
  /** Charts of these versions take it, but another key says it better. */
  readonly isOnlyRead?: true;
  /** Is not written beside one of these. */
  readonly unless?: Partial<Intents>;
}

const tunnelWords: Words<'routing'> = [
  ['disabled', 'native'],
  ['vxlan', 'tunnel'],
  ['geneve', 'tunnel'],
];
const routingModes: Words<'routing'> = [
  ['native', 'native'],
  ['tunnel', 'tunnel'],
];
const protocols: Words<'tunnelProtocol'> = [
  ['vxlan', 'vxlan'],
  ['geneve', 'geneve'],
];
const onlyRead = { isOnlyRead: true } as const;

/**
 * How each intent is said, by chart version. The first word with a meaning is the one that is written; all are
 * read. Where a chart takes two keys of one intent the one whose row comes first wins, as it does in the chart.
 * `tunnel` lives until 1.14.2 and not until 1.13, as 1.14.0 to 1.14.2 print `routing-mode` twice when they are given
 * routingMode. Found by rendering every released chart.
 */
export const valueTable: readonly ValueRow[] = [
  row('kubeProxyReplacement', 'kubeProxyReplacement', { before: '1.14.0' }, [
    ['strict', true],
    ['disabled', false],
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
  { ...row('routing', 'routingMode', { from: '1.14.0', before: '1.14.3' }, routingModes), ...onlyRead },
  row('routing', 'routingMode', { from: '1.14.3' }, routingModes),
  row('routing', 'tunnel', { before: '1.14.3' }, tunnelWords),
  { ...row('routing', 'tunnel', { from: '1.14.3', before: '1.15.0' }, tunnelWords), ...onlyRead },
  {
    ...row('tunnelProtocol', 'tunnelProtocol', { from: '1.14.0', before: '1.14.3' }, protocols),
    ...onlyRead,
  },
  row('tunnelProtocol', 'tunnelProtocol', { from: '1.14.3' }, protocols),
  { ...row('tunnelProtocol', 'tunnel', { before: '1.14.3' }, protocols), unless: { routing: 'native' } },
  { ...row('tunnelProtocol', 'tunnel', { from: '1.14.3', before: '1.15.0' }, protocols), ...onlyRead },
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
  { ...row('pools', 'ipam.operator.clusterPoolIPv4PodCIDR', { before: '1.14.0' }), ...onlyRead },
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

function row<I extends Intent>(intent: I, key: string, range: VersionRange = {}, words?: Words<I>): ValueRow {
  return { intent, key, ...range, ...(words === undefined ? {} : { words }) } as unknown as ValueRow;
}
