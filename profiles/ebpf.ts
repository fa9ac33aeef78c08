import { defineProfile } from '../src/profile/profile.ts';

export const ebpf = defineProfile({
  name: 'ebpf',
  aliases: ['ebpf-host-routing', 'cilium-kubeproxy-replacement-ebpf'],
  title: 'eBPF host routing',
  summary:
    'No kube-proxy and no netfilter for pod packets: Services, masquerade and forwarding (redirect_peer, redirect_neigh) are eBPF.',
  kubeProxyMode: 'none',
  datapath: {
    serviceLB: 'bpf',
    masquerade: 'bpf',
    hostRouting: 'bpf',
    routing: 'native',
    attach: 'auto',
    events: 'aggregated',
    sizes: { conntrack: 65_536, nat: 65_536, services: 65_536, backends: 65_536, endpoints: 4_096 },
  },
});
