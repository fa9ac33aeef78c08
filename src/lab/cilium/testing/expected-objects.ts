import type { Intent, Intents } from '../../../cilium/values/intents.ts';
import type { VersionRange } from '../../../cilium/version.ts';

/** What the objects of a chart must say where a profile wants something. */
export interface Expectation extends VersionRange {
  readonly intent: Intent;
  /** A key of cilium-config, or another place that `factsIn` names. */
  readonly key: string;
  /** The word for what is wanted; undefined where the key has to be absent or empty. */
  readonly word: (wanted: Wanted) => string | undefined;
}
type Wanted = Intents[Intent];

/** `true`, `native`, `a b` for a list; nothing where nothing is wanted. */
const itself = (wanted: Wanted): string | undefined =>
  typeof wanted === 'object' ? wanted.join(' ') : wanted === undefined ? undefined : String(wanted);
const absent = (): undefined => undefined;
const yesOr = (yes: string, no?: string) => (wanted: Wanted) => (wanted === true ? yes : no);

/**
 * Read off released charts and not off the table of values: what the values that
 * we write have to become, by version.
 */
export const expectations: readonly Expectation[] = [
  row('kubeProxyReplacement', 'kube-proxy-replacement', yesOr('strict', 'disabled'), { before: '1.14.0' }),
  row('kubeProxyReplacement', 'kube-proxy-replacement', itself, { from: '1.14.0' }),
  row('routing', 'tunnel', () => 'disabled', { before: '1.14.0' }),
  row('routing', 'tunnel', absent, { from: '1.14.0' }),
  row('routing', 'routing-mode', absent, { before: '1.14.0' }),
  row('routing', 'routing-mode', itself, { from: '1.14.0' }),
  row('routing', 'tunnel-protocol', absent, { before: '1.17.0' }),
  // Printed always, and without a meaning for native routing.
  row('routing', 'tunnel-protocol', () => 'vxlan', { from: '1.17.0' }),
  row('nativeRoutingCIDR', 'ipv4-native-routing-cidr', itself),
  row('directNodeRoutes', 'auto-direct-node-routes', itself),
  row('masqueradeV4', 'enable-ipv4-masquerade', itself),
  row('bpfMasquerade', 'enable-bpf-masquerade', itself),
  row('legacyHostRouting', 'enable-host-legacy-routing', itself),
  row('datapathMode', 'datapath-mode', absent, { before: '1.16.0' }),
  row('datapathMode', 'datapath-mode', itself, { from: '1.16.0' }),
  row('socketLB', 'bpf-lb-sock', itself),
  row('loadBalancerMode', 'bpf-lb-mode', itself),
  row('acceleration', 'bpf-lb-acceleration', itself),
  row('ipam', 'ipam', itself),
  row('pools', 'cluster-pool-ipv4-cidr', itself),
  row('poolMaskSize', 'cluster-pool-ipv4-mask-size', itself),
  row('apiServerHost', 'agent KUBERNETES_SERVICE_HOST', itself),
  row('apiServerHost', 'operator KUBERNETES_SERVICE_HOST', itself),
  row('apiServerPort', 'agent KUBERNETES_SERVICE_PORT', itself),
  row('apiServerPort', 'operator KUBERNETES_SERVICE_PORT', itself),
  row('clusterName', 'cluster-name', itself),
  row('operatorReplicas', 'operator replicas', itself),
  row('hubble', 'enable-hubble', yesOr('true'), { before: '1.17.2' }),
  row('hubble', 'enable-hubble', itself, { from: '1.17.2' }),
  row('debug', 'debug', itself),
  row('debugVerbose', 'debug-verbose', itself),
  row('monitorAggregation', 'monitor-aggregation', itself),
];

function row(intent: Intent, key: string, word: Expectation['word'], range: VersionRange = {}): Expectation {
  return { intent, key, word, ...range };
}
