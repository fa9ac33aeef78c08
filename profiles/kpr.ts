import { defineProfile } from '../src/profile/profile.ts';

export const kpr = defineProfile({
  name: 'kpr',
  aliases: ['kube-proxy-replacement', 'cilium-kubeproxy-replacement'],
  title: 'kube-proxy replacement',
  summary:
    "No kube-proxy: Services by socket LB and tc programs. Masquerade stays with iptables, packets still cross the node's stack.",
  kubeProxyMode: 'none',
  datapath: {
    serviceLB: 'bpf',
    masquerade: 'iptables',
    hostRouting: 'stack',
    routing: 'native',
    attach: 'auto',
    events: 'aggregated',
    sizes: { conntrack: 65_536, nat: 65_536, services: 65_536, backends: 65_536, endpoints: 4_096 },
  },
});
