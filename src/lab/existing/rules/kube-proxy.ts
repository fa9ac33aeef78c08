import type { ResolvedLab } from '../../../profile/resolved-lab.ts';
import type { ClusterFacts, ClusterNode, WorkloadSet } from '../facts.ts';
import { placeOf, type Refusal } from './rule.ts';

export function contradictingProxy(
  { daemonSets, kubeProxyMode, nodes }: ClusterFacts,
  lab: ResolvedLab,
): Refusal[] {
  const proxy = daemonSets.find(
    (set) =>
      (set.metadata.name === 'kube-proxy' || set.metadata.labels?.['k8s-app'] === 'kube-proxy') &&
      isWanted(set, nodes),
  );
  const wanted = lab.kubeProxyMode !== 'none';
  if (proxy === undefined) {
    if (!wanted) return [];
    return [
      {
        what: `profile ${lab.profile} needs kube-proxy, and the cluster has none`,
        fix: '--profile kpr or ebpf',
      },
    ];
  }
  if (!wanted) {
    return [
      {
        what: `DaemonSet ${placeOf(proxy)} translates Services, and profile ${lab.profile} does so itself`,
        fix: '--profile kube-proxy, or a cluster without kube-proxy (kind: networking.kubeProxyMode none)',
      },
    ];
  }
  if (['', 'iptables', undefined].includes(kubeProxyMode)) return [];
  return [
    {
      what: `kube-proxy runs in mode ${kubeProxyMode}, and the profile proves mode iptables`,
      fix: 'set mode: iptables in ConfigMap kube-system/kube-proxy, and restart its pods',
    },
  ];
}

/** By its selector: what it tolerates does not count, for a network takes the taint off the nodes. */
function isWanted({ spec }: WorkloadSet, nodes: readonly ClusterNode[]): boolean {
  const selector = Object.entries(spec.template.spec.nodeSelector ?? {});
  return nodes.some(({ metadata }) => selector.every(([label, value]) => metadata.labels?.[label] === value));
}
