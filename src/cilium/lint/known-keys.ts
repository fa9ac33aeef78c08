import type { VersionRange } from '../version.ts';

/** A word that a key takes, in all versions or in some. */
export type Word = string | (VersionRange & { readonly word: string });

/** A key that profiles, tutorials and common guides use, and the values that it takes. */
export interface KnownKey {
  readonly key: string;
  readonly type?: 'boolean' | 'integer' | 'string' | 'list';
  /** The only words that Cilium takes: no chart checks them, but where `isChecked` says so. */
  readonly words?: readonly Word[];
  readonly isChecked?: true;
}

export const knownKeys: readonly KnownKey[] = [
  {
    key: 'kubeProxyReplacement',
    words: ['true', 'false', 'strict', 'partial', 'probe', 'disabled'],
    isChecked: true,
  },
  { key: 'kubeProxyReplacementHealthzBindAddr', type: 'string' },
  { key: 'tunnel', words: ['vxlan', 'geneve', 'disabled'] },
  { key: 'tunnelPort', type: 'integer' },
  { key: 'routingMode', words: ['native', 'tunnel'] },
  { key: 'tunnelProtocol', words: ['vxlan', 'geneve', ''] },
  { key: 'autoDirectNodeRoutes', type: 'boolean' },
  { key: 'ipv4NativeRoutingCIDR', type: 'string' },
  { key: 'ipv6NativeRoutingCIDR', type: 'string' },
  { key: 'enableIPv4Masquerade', type: 'boolean' },
  { key: 'enableIPv6Masquerade', type: 'boolean' },
  { key: 'enableIPv4BIGTCP', type: 'boolean' },
  { key: 'ipMasqAgent.enabled', type: 'boolean' },
  { key: 'bpf.masquerade', type: 'boolean' },
  { key: 'bpf.hostLegacyRouting', type: 'boolean' },
  { key: 'bpf.datapathMode', words: ['veth', 'netkit', 'netkit-l2', { word: 'auto', from: '1.20.0' }] },
  {
    key: 'bpf.monitorAggregation',
    words: ['none', 'disabled', 'lowest', 'low', 'medium', 'max', 'maximum', '0', '1', '2', '3', '4'],
  },
  { key: 'bpf.monitorInterval', type: 'string' },
  { key: 'bpf.lbExternalClusterIP', type: 'boolean' },
  { key: 'bpf.preallocateMaps', type: 'boolean' },
  { key: 'bpf.tproxy', type: 'boolean' },
  { key: 'bpfClockProbe', type: 'boolean' },
  { key: 'bpf.lbMapMax', type: 'integer' },
  { key: 'bpf.ctTcpMax', type: 'integer' },
  { key: 'bpf.ctAnyMax', type: 'integer' },
  { key: 'bpf.natMax', type: 'integer' },
  { key: 'bpf.policyMapMax', type: 'integer' },
  { key: 'socketLB.enabled', type: 'boolean' },
  { key: 'socketLB.hostNamespaceOnly', type: 'boolean' },
  { key: 'hostServices.enabled', type: 'boolean' },
  { key: 'nodePort.enabled', type: 'boolean' },
  { key: 'nodePort.range', type: 'string' },
  { key: 'nodePort.directRoutingDevice', type: 'string' },
  { key: 'externalIPs.enabled', type: 'boolean' },
  { key: 'hostPort.enabled', type: 'boolean' },
  { key: 'hostFirewall.enabled', type: 'boolean' },
  { key: 'loadBalancer.mode', words: ['snat', 'dsr', 'hybrid'] },
  {
    key: 'loadBalancer.acceleration',
    words: ['disabled', 'native', { word: 'best-effort', from: '1.15.0' }, 'testing-only'],
  },
  { key: 'loadBalancer.algorithm', words: ['random', 'maglev'] },
  { key: 'loadBalancer.dsrDispatch', words: ['opt', 'ipip', { word: 'geneve', from: '1.14.0' }] },
  { key: 'maglev.tableSize', type: 'integer' },
  { key: 'maglev.hashSeed', type: 'string' },
  { key: 'MTU', type: 'integer' },
  { key: 'k8sServiceHost', type: 'string' },
  { key: 'k8s.requireIPv4PodCIDR', type: 'boolean' },
  {
    key: 'ipam.mode',
    words: [
      'cluster-pool',
      'kubernetes',
      { word: 'cluster-pool-v2beta', before: '1.15.0' },
      { word: 'multi-pool', from: '1.14.0' },
      'eni',
      'azure',
      'alibabacloud',
      'crd',
      'delegated-plugin',
    ],
  },
  { key: 'ipam.operator.clusterPoolIPv4PodCIDRList', type: 'list' },
  { key: 'ipam.operator.clusterPoolIPv4PodCIDR', type: 'string' },
  { key: 'ipam.operator.clusterPoolIPv4MaskSize', type: 'integer' },
  { key: 'cluster.name', type: 'string' },
  { key: 'cluster.id', type: 'integer' },
  { key: 'cni.exclusive', type: 'boolean' },
  { key: 'cni.chainingMode', type: 'string' },
  { key: 'cni.install', type: 'boolean' },
  { key: 'cgroup.autoMount.enabled', type: 'boolean' },
  { key: 'cgroup.hostRoot', type: 'string' },
  { key: 'sysctlfix.enabled', type: 'boolean' },
  { key: 'debug.enabled', type: 'boolean' },
  { key: 'debug.verbose', type: 'string' },
  { key: 'ipv4.enabled', type: 'boolean' },
  { key: 'ipv6.enabled', type: 'boolean' },
  { key: 'upgradeCompatibility', type: 'string' },
  { key: 'rollOutCiliumPods', type: 'boolean' },
  { key: 'extraArgs', type: 'list' },
];
