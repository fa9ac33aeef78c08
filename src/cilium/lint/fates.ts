import { longestClusterName } from '../values/cluster-name.ts';
import { type Fate, is } from './fate.ts';
import { removedKeyFates } from './removed-keys.ts';
import { replacementFates } from './replacement-fates.ts';

const isLongerThan = (limit: number) => (value: unknown) => typeof value === 'string' && value.length > limit;
const isNoClusterName = (value: unknown) =>
  typeof value === 'string' && !/^([a-z0-9][-a-z0-9]*)?[a-z0-9]$/.test(value);
const tunnelFate = {
  key: 'tunnel',
  use: 'routingMode: native, or routingMode: tunnel and tunnelProtocol',
} as const;
const ignoredTunnel = {
  ...tunnelFate,
  outcome: 'ignored',
  message: 'is ignored without a word: pods travel through a vxlan tunnel',
} as const;
const refusedTunnel = {
  ...tunnelFate,
  outcome: 'refused',
  message: 'was removed, the chart refuses it',
} as const;

/** Names and types that changed, with what the old or wrong form does. Found by rendering every released chart. */
export const fates: readonly Fate[] = [
  {
    ...tunnelFate,
    from: '1.14.3',
    before: '1.15.0',
    outcome: 'deprecated',
    message: 'is replaced by routingMode and tunnelProtocol',
  },
  { ...ignoredTunnel, from: '1.15.0', before: '1.15.8' },
  { ...refusedTunnel, from: '1.15.8', before: '1.16.0' },
  { ...ignoredTunnel, from: '1.16.0', before: '1.16.2' },
  { ...refusedTunnel, from: '1.16.2' },
  {
    key: 'routingMode',
    before: '1.14.0',
    outcome: 'ignored',
    message: 'came with 1.14.0; here it is ignored without a word: pods travel through a vxlan tunnel',
    use: 'tunnel: disabled, or tunnel: vxlan',
  },
  {
    key: 'routingMode',
    from: '1.14.0',
    before: '1.14.3',
    outcome: 'misread',
    message: 'makes the chart print routing-mode twice, which strict readers of YAML refuse',
    use: 'tunnel: disabled, or tunnel: vxlan',
  },
  {
    key: 'tunnelProtocol',
    before: '1.14.0',
    outcome: 'ignored',
    message: 'came with 1.14.0; here it is ignored without a word',
    use: 'tunnel: vxlan, or tunnel: geneve',
  },
  {
    key: 'tunnelProtocol',
    from: '1.14.0',
    before: '1.14.3',
    outcome: 'misread',
    message: 'makes the chart print tunnel-protocol twice, which strict readers of YAML refuse',
    use: 'tunnel: vxlan, or tunnel: geneve',
  },
  {
    key: 'tunnelProtocol',
    from: '1.14.3',
    when: is('disabled'),
    outcome: 'misread',
    message: 'disabled is no protocol',
    use: 'routingMode: native',
  },
  ...replacementFates,
  {
    key: 'ipam.operator.clusterPoolIPv4PodCIDR',
    from: '1.14.0',
    before: '1.19.0',
    outcome: 'refused',
    message: 'was replaced by the list, the chart refuses it',
    use: 'ipam.operator.clusterPoolIPv4PodCIDRList',
  },
  {
    key: 'ipam.operator.clusterPoolIPv4PodCIDR',
    from: '1.19.0',
    outcome: 'ignored',
    message: 'is ignored without a word: the pool is 10.0.0.0/8',
    use: 'ipam.operator.clusterPoolIPv4PodCIDRList',
  },
  {
    key: 'nativeRoutingCIDR',
    outcome: 'ignored',
    message: 'is an older name, ignored without a word since 1.12',
    use: 'ipv4NativeRoutingCIDR',
  },
  {
    key: 'nativeRoutingCIDRFromClusterPool',
    before: '1.20.0',
    outcome: 'ignored',
    message: 'came with 1.20.0; here it is ignored without a word',
    use: 'ipv4NativeRoutingCIDR',
  },
  {
    key: 'hostServices.enabled',
    before: '1.13.0',
    outcome: 'misread',
    message: 'has no effect but a key without a value in cilium-config',
    use: 'socketLB.enabled',
  },
  {
    key: 'hostServices.enabled',
    from: '1.13.0',
    outcome: 'ignored',
    message: 'has had no effect since 1.12, though templates still name it',
    use: 'socketLB.enabled',
  },
  {
    key: 'nodePort.enabled',
    from: '1.19.0',
    outcome: 'ignored',
    message: 'was removed with 1.19 and is ignored without a word',
    use: 'kubeProxyReplacement: true',
  },
  ...['hostPort.enabled', 'externalIPs.enabled'].map(
    (key): Fate => ({
      key,
      from: '1.17.0',
      outcome: 'ignored',
      message: 'has had no effect since 1.17 and is ignored without a word',
      use: 'kubeProxyReplacement: true',
    }),
  ),
  {
    key: 'bpf.clockProbe',
    outcome: 'ignored',
    message: 'is ignored without a word, though values.yaml of 1.12 names it',
    use: 'bpfClockProbe',
  },
  {
    key: 'bpf.hostRouting',
    from: '1.13.0',
    outcome: 'ignored',
    message: 'was removed with 1.13 and is ignored without a word',
    use: 'bpf.hostLegacyRouting',
  },
  {
    key: 'bpf.datapathMode',
    before: '1.16.0',
    outcome: 'ignored',
    message: 'came with 1.16.0; here it is ignored without a word',
  },
  {
    key: 'envoy.enabled',
    before: '1.14.0',
    outcome: 'ignored',
    message: 'came with 1.14.0; here it is ignored without a word',
  },
  {
    key: 'sysctlfix.enabled',
    before: '1.14.13',
    outcome: 'ignored',
    message: 'came with 1.14.13; here the init container is always there',
  },
  {
    key: 'sysctlfix.enabled',
    from: '1.15.0',
    before: '1.15.7',
    outcome: 'ignored',
    message: 'came with 1.15.7; here the init container is always there',
  },
  {
    key: 'cluster.name',
    from: '1.16.0',
    when: isLongerThan(longestClusterName),
    outcome: 'refused',
    message: `has more than ${longestClusterName} characters, which charts from 1.16 on refuse`,
  },
  {
    key: 'cluster.name',
    from: '1.16.0',
    when: isNoClusterName,
    outcome: 'refused',
    message: 'is a-z, 0-9 and -, with no - at an end: charts from 1.16 on refuse others',
  },
  ...removedKeyFates,
];
