import { findProfile } from '../../profiles/index.ts';
import type { PortRange } from '../core/agent-config.ts';
import { type Cidr4, isCidr4 } from '../core/ip.ts';
import type { LabIpam, ResolvedLab } from './resolved-lab.ts';
import { podCIDRMaskSize } from './rules/addresses.ts';
import { type CompleteLab, parsePortRange } from './rules/rule.ts';

/** A lab file that passed every rule, in the words of the program. */
export function toResolvedLab({ metadata, spec }: CompleteLab): ResolvedLab {
  const { network, datapath } = spec;
  const { kubeProxyReplacement, kubeProxyMode, ...switches } = datapath;
  const profile = findProfile(spec.profile);
  if (profile === undefined) throw new TypeError(`no profile ${spec.profile}`);
  return {
    name: metadata.name,
    runtime: spec.runtime,
    profile: profile.name,
    nodes: spec.nodes,
    network: {
      podCIDR: cidr(network.podCIDR),
      podCIDRMaskSize,
      serviceCIDR: cidr(network.serviceCIDR),
      nodeCIDR: network.nodeCIDR === 'auto' ? 'auto' : cidr(network.nodeCIDR),
      nativeRoutingCIDR: cidr(network.nativeRoutingCIDR),
      nodePortRange: ports(network.nodePortRange),
      natPortRange: ports(network.natPortRange),
      mtu: network.mtu,
    },
    ipam: ipamOf(spec),
    kubeProxyMode,
    datapath: {
      serviceLB: kubeProxyReplacement ? 'bpf' : 'kube-proxy',
      ...switches,
      routing: network.routing,
    },
    agent: spec.agent,
    demo: spec.demo,
    registryMirrors: spec.registryMirrors,
    existing: spec.existing,
    raw: { kind: spec.kind.patch, helm: spec.helm.values },
  };
}

function ipamOf({ ipam: { mode, pools, maskSize }, network }: CompleteLab['spec']): LabIpam {
  if (mode === 'kubernetes') return { mode, pools: [], maskSize };
  return { mode, pools: (pools.length === 0 ? [network.podCIDR] : pools).map(cidr), maskSize };
}

function cidr(text: string): Cidr4 {
  if (!isCidr4(text)) throw new TypeError(`${text} passed the rules but is no network`);
  return text;
}

function ports(text: string): PortRange {
  const range = parsePortRange(text);
  if (range === undefined) throw new TypeError(`${text} passed the rules but is no range`);
  return range;
}
