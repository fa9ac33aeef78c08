import type { Rule } from './rule.ts';

const field = (name: string): string => `spec.datapath.${name}`;

export const datapathRules: readonly Rule[] = [
  {
    id: 'kube-proxy-mode',
    fields: [field('kubeProxyReplacement'), field('kubeProxyMode')],
    check: ({ spec: { datapath } }) => {
      const mode = datapath.kubeProxyReplacement ? 'none' : 'iptables';
      if (datapath.kubeProxyMode === mode) return undefined;
      const result = datapath.kubeProxyReplacement
        ? 'Services would be translated twice'
        : 'nothing would serve Services';
      return {
        message: `kubeProxyReplacement: ${datapath.kubeProxyReplacement} contradicts kubeProxyMode: ${datapath.kubeProxyMode}: ${result}`,
        allowed: 'kubeProxyReplacement: true with kubeProxyMode: none, or false with iptables',
        suggestion: `kubeProxyMode: ${mode}`,
      };
    },
  },
  {
    id: 'masquerade-needs-replacement',
    fields: [field('masquerade'), field('kubeProxyReplacement')],
    // The NAT table's way back runs in from_netdev, which hands NodePort packets to kube-proxy's chains
    // untouched: the two would take ports of the node's address without knowing of each other.
    check: ({ spec: { datapath } }) =>
      datapath.masquerade === 'bpf' && !datapath.kubeProxyReplacement
        ? {
            message: 'masquerade: bpf needs kubeProxyReplacement: true',
            allowed: 'masquerade: iptables beside kube-proxy',
            suggestion: 'masquerade: iptables',
          }
        : undefined,
  },
  {
    id: 'host-routing-needs-replacement',
    fields: [field('hostRouting'), field('kubeProxyReplacement')],
    // A redirected packet never meets the chains that would translate its ClusterIP.
    check: ({ spec: { datapath } }) =>
      datapath.hostRouting === 'bpf' && !datapath.kubeProxyReplacement
        ? {
            message:
              "hostRouting: bpf needs kubeProxyReplacement: true: redirected packets pass kube-proxy's chains by",
            allowed: 'hostRouting: stack beside kube-proxy',
            suggestion: 'hostRouting: stack',
          }
        : undefined,
  },
  {
    id: 'host-routing-needs-masquerade',
    fields: [field('hostRouting'), field('masquerade')],
    // A redirected packet never meets the MASQUERADE rule: it would leave with the pod's own address,
    // and no answer would come back. Other tools fall back to the stack in silence; here it is refused.
    check: ({ spec: { datapath } }) =>
      datapath.hostRouting === 'bpf' && datapath.masquerade !== 'bpf'
        ? {
            message: `hostRouting: bpf needs masquerade: bpf: redirected packets pass the ${datapath.masquerade} rule by and would leave with pod addresses`,
            allowed: 'masquerade: bpf, or hostRouting: stack',
            suggestion: 'masquerade: bpf',
          }
        : undefined,
  },
  {
    id: 'routing-tunnel',
    fields: ['spec.network.routing'],
    check: ({ spec: { network } }) =>
      network.routing === 'tunnel'
        ? {
            message: 'routing: tunnel is not supported yet',
            allowed: 'native (nodes of a lab share one link, so direct routes always work)',
            suggestion: 'native',
          }
        : undefined,
  },
];
