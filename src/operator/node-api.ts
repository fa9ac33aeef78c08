import { messageOf } from '../core/errors.ts';
import type { Cidr4 } from '../core/ip.ts';
import { type Node, podCIDRAnnotation } from '../core/k8s.ts';
import type { Log } from '../core/log.ts';
import type { KubeApi } from '../platform/kube-api.ts';
import type { Trouble } from './assigner.ts';

/** Refused where the node is not as it was shown: nobody's record is overwritten unseen. */
export async function recordPodCIDR(api: KubeApi, { metadata }: Node, cidr: Cidr4): Promise<Node> {
  const { name, resourceVersion } = metadata;
  const body = { metadata: { resourceVersion, annotations: { [podCIDRAnnotation]: cidr } } };
  return (await api.send({ method: 'PATCH', path: `/api/v1/nodes/${name}`, body })) as Node;
}

/** Where Kubernetes keeps Events of objects without a namespace. */
const eventNamespace = 'default';
const reporter = 'labctl.dev/operator';

/** A Warning at the node, as `kubectl describe node` shows it. One that cannot be written is logged, no more. */
export async function warnAtNode(
  api: KubeApi,
  log: Log,
  { node, trouble, message, instance }: NodeWarning,
): Promise<void> {
  const { name, uid } = node.metadata;
  const body = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { generateName: 'labctl-operator-', namespace: eventNamespace },
    type: 'Warning',
    reason: trouble,
    note: message,
    action: 'AssignPodCIDR',
    regarding: { apiVersion: 'v1', kind: 'Node', name, uid },
    reportingController: reporter,
    reportingInstance: instance,
    eventTime: new Date().toISOString().replace('Z', '000Z'),
  };
  const path = `/apis/events.k8s.io/v1/namespaces/${eventNamespace}/events`;
  await api.send({ method: 'POST', path, body }).catch((error: unknown) => {
    log.warn('the Event could not be written', { node: name, error: messageOf(error) });
  });
}

export interface NodeWarning {
  readonly node: Node;
  readonly trouble: Trouble;
  readonly message: string;
  /** Which operator says so. */
  readonly instance: string;
}
