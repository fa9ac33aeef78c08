import type { Pod } from '../../core/k8s.ts';
import type { AnyRecord } from '../owner-record.ts';
import { agentSet, systemNamespace } from './context.ts';

/** Which pods program the nodes of a lab. */
export interface AgentPods {
  readonly namespace: string;
  readonly label: string;
  readonly value: string;
}

const ownAgents: AgentPods = {
  namespace: systemNamespace,
  label: 'app.kubernetes.io/name',
  value: agentSet,
};
/** As every chart from 1.12 on labels them. */
export const ciliumAgents: AgentPods = { namespace: 'kube-system', label: 'k8s-app', value: 'cilium' };

export const agentPodsOf = (record: AnyRecord | undefined): AgentPods =>
  record?.runtime === 'kind' && record.cilium !== undefined ? ciliumAgents : ownAgents;

export const isAgentPod = ({ metadata }: Pod, { namespace, label, value }: AgentPods): boolean =>
  metadata.namespace === namespace && metadata.labels?.[label] === value;
