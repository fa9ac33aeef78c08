import type { VersionRange } from '../../../cilium/version.ts';

/** Values as people write them beside what labctl sets, and what is wrong with them. */
export interface CommonValues extends VersionRange {
  readonly sets: readonly string[];
  /** Keys of which something has to be told; none where all is right. */
  readonly told?: readonly string[];
}

export const commonValues: Readonly<Record<string, CommonValues>> = {
  'one small node': { sets: ['operator.replicas=1,ipam.mode=kubernetes,image.pullPolicy=IfNotPresent'] },
  'Hubble with UI and metrics': {
    sets: [
      'hubble.enabled=true,hubble.relay.enabled=true,hubble.ui.enabled=true,hubble.ui.replicas=1',
      'hubble.metrics.enabled={dns,drop,tcp,flow,icmp},hubble.tls.auto.method=helm',
      'prometheus.enabled=true,prometheus.port=9962,operator.prometheus.enabled=true',
    ],
  },
  'WireGuard between nodes': {
    sets: ['encryption.enabled=true,encryption.type=wireguard,l7Proxy=true,bandwidthManager.enabled=true'],
  },
  'DSR and Maglev': {
    sets: [
      'loadBalancer.mode=dsr,loadBalancer.algorithm=maglev,maglev.tableSize=65521,maglev.hashSeed=JLfvgnHc2kaSUFaI',
      'loadBalancer.acceleration=native,devices={eth0,eth1},nodePort.range=30000\\,32000',
    ],
  },
  'beside another CNI': {
    sets: [
      'cni.chainingMode=aws-cni,cni.exclusive=false,enableIPv4Masquerade=false,endpointRoutes.enabled=true',
    ],
  },
  'beside another CNI, natively routed': {
    from: '1.14.3',
    sets: ['cni.chainingMode=aws-cni,enableIPv4Masquerade=false,routingMode=native'],
  },
  'an immutable distribution': {
    from: '1.13.0',
    sets: [
      'k8sServiceHost=localhost,k8sServicePort=7445,cgroup.autoMount.enabled=false,cgroup.hostRoot=/sys/fs/cgroup',
      'securityContext.capabilities.cleanCiliumState={NET_ADMIN,SYS_ADMIN,SYS_RESOURCE}',
    ],
  },
  'two address families': {
    sets: [
      'ipv4.enabled=true,ipv6.enabled=true,enableIPv6Masquerade=true',
      'ipam.operator.clusterPoolIPv6PodCIDRList={fd00::/104},ipam.operator.clusterPoolIPv6MaskSize=120',
    ],
  },
  'pods of the agent': {
    sets: [
      'resources.requests.cpu=100m,resources.limits.memory=1Gi,priorityClassName=system-node-critical',
      'updateStrategy.rollingUpdate.maxUnavailable=2,operator.nodeSelector.role=infra,rollOutCiliumPods=true',
      String.raw`podAnnotations.example\.org/team=net,extraArgs={--v=1},extraConfig.enable-foo=true`,
    ],
  },
  'Gateway API and L2 announcements': {
    from: '1.14.3',
    sets: [
      'kubeProxyReplacement=true,k8sServiceHost=10.0.0.10,k8sServicePort=6443,gatewayAPI.enabled=true',
      'l2announcements.enabled=true,k8sClientRateLimit.qps=50,k8sClientRateLimit.burst=100',
    ],
  },
  'BGP with a pool': {
    from: '1.14.3',
    sets: [
      'bgpControlPlane.enabled=true,ipam.operator.clusterPoolIPv4PodCIDRList={10.42.0.0/16},routingMode=native',
      'ipv4NativeRoutingCIDR=10.42.0.0/16,autoDirectNodeRoutes=true,localRedirectPolicy=true',
    ],
  },
  'mistyped names': {
    sets: ['hubble.rely.enabled=true,operator.replica=1,kubeproxyReplacment=strict,image.pulPolicy=Always'],
    told: ['hubble.rely.enabled', 'operator.replica', 'kubeproxyReplacment', 'image.pulPolicy'],
  },
  'names of other versions': {
    from: '1.17.0',
    sets: ['bgp.enabled=true,remoteNodeIdentity=true,tunnel=disabled'],
    told: ['bgp.enabled', 'remoteNodeIdentity', 'tunnel'],
  },
  'names of versions to come': {
    before: '1.14.0',
    sets: ['envoy.enabled=true,routingMode=native,l2announcements.enabled=true'],
    told: ['envoy.enabled', 'routingMode', 'l2announcements.enabled'],
  },
};
