import { contains, holds, parseCidr4, parseIp4 } from '../../../core/ip.ts';
import type { ResolvedLab } from '../../../profile/resolved-lab.ts';
import type { ClusterFacts } from '../facts.ts';
import type { Refusal } from './rule.ts';

/** With pools the operator gives nodes their networks: what Kubernetes wrote counts for nothing. */
export function foreignPodNetworks({ nodes }: ClusterFacts, { network, ipam }: ResolvedLab): Refusal[] {
  if (ipam.mode === 'cluster-pool') return [];
  const pods = parseCidr4(network.podCIDR);
  return nodes.flatMap(({ metadata, spec }): Refusal[] => {
    if (spec.podCIDR === undefined) {
      return [
        {
          what: `node ${metadata.name} has no pod CIDR`,
          fix: 'let the controller manager allocate them (--allocate-node-cidrs, --cluster-cidr), or take ipam.mode cluster-pool',
        },
      ];
    }
    const own = parseCidr4(spec.podCIDR);
    if (pods !== undefined && own !== undefined && holds(pods, own)) return [];
    return [
      {
        what: `node ${metadata.name} has pod CIDR ${spec.podCIDR}, outside of ${network.podCIDR}`,
        fix: '--pod-cidr with the pod network of the cluster',
      },
    ];
  });
}

export function foreignServiceNetwork({ services }: ClusterFacts, { network }: ResolvedLab): Refusal[] {
  const range = parseCidr4(network.serviceCIDR);
  const addresses = services.flatMap(({ spec }) => parseIp4(spec.clusterIP ?? '') ?? []);
  if (range === undefined || addresses.every((address) => contains(range, address))) return [];
  return [
    {
      what: `Services of the cluster have addresses outside of ${network.serviceCIDR}`,
      fix: '--service-cidr with the Service network of the cluster',
    },
  ];
}
