import { jsonMerge } from '../core/json-merge.ts';
import type { ResolvedLab } from './resolved-lab.ts';

/** Helm values of a lab for the chart in templates/chart. */
export function renderValues(lab: ResolvedLab): unknown {
  const { nodePortRange, natPortRange, podCIDR, serviceCIDR, nativeRoutingCIDR, mtu } = lab.network;
  const values = {
    lab: lab.name,
    profile: lab.profile,
    ...apiServer(lab),
    datapath: lab.datapath,
    network: { podCIDR, serviceCIDR, nativeRoutingCIDR, nodePortRange, natPortRange, device: 'eth0', mtu },
  };
  return jsonMerge(values, lab.raw.helm);
}

/**
 * Without kube-proxy the address of the `kubernetes` Service leads nowhere until the agent runs: it
 * must know the API server by name. kind's nodes resolve the names of its containers; of a cluster
 * that is there already, only its owner knows the address (raw values: k8sServiceHost).
 */
function apiServer(lab: ResolvedLab): { readonly k8sServiceHost?: string; readonly k8sServicePort?: number } {
  if (lab.kubeProxyMode !== 'none' || lab.runtime === 'existing') return {};
  const host = lab.nodes.controlPlanes > 1 ? 'external-load-balancer' : 'control-plane';
  return { k8sServiceHost: `${lab.name}-${host}`, k8sServicePort: 6443 };
}
