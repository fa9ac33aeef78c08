/** Values as well-known guides install them, as --set strings, typing mistakes included. */

const common = [
  'debug.enabled=false,dubug.enabled=true,dubug.verbose=datapath,monitorAggregation=none',
  'ipam.mode=cluster-pool,tunnel=disabled,autoDirectNodeRoutes=true,ipv4NativeRoutingCIDR=10.0.0.0/8',
  'k8sServiceHost=demo-control-plane,k8sServicePort=6443',
];

/** Three modes of one guide, written for 1.13.0-rc5. */
export const threeModes = {
  'cilium-kubeproxy': ['cluster.name=cilium-kubeproxy', ...common],
  'cilium-kubeproxy-replacement': [
    ...['cluster.name=cilium-kubeproxy-replacement', 'kubeProxyReplacement=strict'],
    ...common,
  ],
  'cilium-kubeproxy-replacement-ebpf': [
    ...['cluster.name=cilium-kubeproxy-replacement-ebpf', 'kubeProxyReplacement=strict'],
    ...['bpf.masquerade=true', ...common],
  ],
} as const;

/** Native routing on kind, written for 1.12.4: all right as it is. */
export const nativeOnKind = [
  'kubeProxyReplacement=strict,tunnel=disabled,ipam.mode=kubernetes,autoDirectNodeRoutes=true',
  'ipv4NativeRoutingCIDR=10.244.0.0/16,k8sServiceHost=172.18.0.2,k8sServicePort=6443,bpf.masquerade=true',
];

/** From a tunnel to native routing on a live cluster, written for 1.14.0: the CIDR does not hold the default pool. */
export const tunnelToNative = [
  'operator.replicas=1,tunnel=disabled,autoDirectNodeRoutes=true,ipv4NativeRoutingCIDR=10.0.0.0/16',
];
