import { defineProfile } from '../src/profile/profile.ts';

export const kubeProxy = defineProfile({
  name: 'kube-proxy',
  aliases: ['cilium-kubeproxy'],
  title: 'kube-proxy',
  summary:
    "Services by kube-proxy's iptables chains, masquerade by iptables, packets through the node's stack: where most clusters start.",
  kubeProxyMode: 'iptables',
  datapath: {
    serviceLB: 'kube-proxy',
    masquerade: 'iptables',
    hostRouting: 'stack',
    routing: 'native',
    attach: 'auto',
    events: 'aggregated',
    sizes: { conntrack: 65_536, nat: 65_536, services: 65_536, backends: 65_536, endpoints: 4_096 },
  },
});
