import type { ResolvedLab } from './resolved-lab.ts';

export interface ApiServer {
  readonly host: string;
  readonly port: number;
}

/**
 * Without kube-proxy the address of the `kubernetes` Service leads nowhere until the agent runs: it
 * must know the API server by name. kind's nodes resolve the names of its containers; of a cluster
 * that is there already, only its owner knows the address (raw values: k8sServiceHost).
 */
export function apiServerOf(lab: ResolvedLab): ApiServer | undefined {
  if (lab.kubeProxyMode !== 'none' || lab.runtime === 'existing') return undefined;
  const role = lab.nodes.controlPlanes > 1 ? 'external-load-balancer' : 'control-plane';
  return { host: `${lab.name}-${role}`, port: 6443 };
}
