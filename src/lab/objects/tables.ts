import {
  isTrue,
  type K8sObject,
  type Kind,
  type ObjectOf,
  type Pod,
  type Service,
  serviceNameLabel,
} from '../../core/k8s.ts';
import { formatAge } from '../age.ts';

type Columns<K extends Kind> = readonly (readonly [head: string, cell: (object: ObjectOf[K]) => string])[];

/** What `labctl get` shows of each kind, in the order and words of kubectl. */
const columns: { readonly [K in Kind]: Columns<K> } = {
  Node: [
    ['NAME', (node) => node.metadata.name],
    ['STATUS', (node) => (isTrue(node.status?.conditions, 'Ready') ? 'Ready' : 'NotReady')],
    [
      'INTERNAL-IP',
      (node) => node.status?.addresses?.find((each) => each.type === 'InternalIP')?.address ?? '',
    ],
    ['POD-CIDR', (node) => node.spec.podCIDR ?? ''],
    ['AGE', age],
  ],
  Pod: [
    ['NAME', (pod) => pod.metadata.name],
    ['READY', (pod) => `${readyContainers(pod)}/${pod.spec.containers.length}`],
    ['STATUS', podState],
    ['RESTARTS', (pod) => String(restarts(pod))],
    ['IP', (pod) => pod.status?.podIP ?? ''],
    ['NODE', (pod) => pod.spec.nodeName ?? ''],
    ['AGE', age],
  ],
  Service: [
    ['NAME', (service) => service.metadata.name],
    ['TYPE', (service) => service.spec.type ?? 'ClusterIP'],
    ['CLUSTER-IP', (service) => service.spec.clusterIP ?? ''],
    ['EXTERNAL-IP', (service) => service.spec.externalIPs?.join(',') ?? '<none>'],
    ['PORT(S)', (service) => (service.spec.ports ?? []).map(portText).join(',')],
    ['AGE', age],
  ],
  EndpointSlice: [
    ['NAME', (slice) => slice.metadata.name],
    ['SERVICE', (slice) => slice.metadata.labels?.[serviceNameLabel] ?? ''],
    ['PORTS', (slice) => (slice.ports ?? []).map((port) => port.port ?? '').join(',')],
    ['ENDPOINTS', (slice) => slice.endpoints.flatMap((endpoint) => endpoint.addresses).join(',')],
    ['AGE', age],
  ],
  DaemonSet: [
    ['NAME', (set) => set.metadata.name],
    ['IMAGES', (set) => set.spec.template.spec.containers.map((container) => container.image).join(',')],
    ['AGE', age],
  ],
  Deployment: [
    ['NAME', (deployment) => deployment.metadata.name],
    ['REPLICAS', (deployment) => String(deployment.spec.replicas ?? 1)],
    ['IMAGES', (deployment) => deployment.spec.template.spec.containers.map((each) => each.image).join(',')],
    ['AGE', age],
  ],
};

export function tableOf<K extends Kind>(
  kind: K,
  objects: readonly ObjectOf[K][],
  withNamespace: boolean,
): { head: string[]; rows: string[][] } {
  const shown: Columns<K> = withNamespace
    ? [['NAMESPACE', (object) => object.metadata.namespace ?? ''], ...columns[kind]]
    : columns[kind];
  return {
    head: shown.map(([head]) => head),
    rows: objects.map((object) => shown.map(([, cell]) => cell(object))),
  };
}

/** `Terminating` for a pod that is being ended, else its phase or why it has none. */
export function podState(pod: Pod): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return pod.status?.reason ?? pod.status?.phase ?? 'Pending';
}

const readyContainers = (pod: Pod): number =>
  pod.status?.containerStatuses?.filter((container) => container.ready).length ?? 0;
const restarts = (pod: Pod): number =>
  (pod.status?.containerStatuses ?? []).reduce((sum, container) => sum + container.restartCount, 0);

const portText = (port: NonNullable<Service['spec']['ports']>[number]): string =>
  `${port.port}${port.nodePort === undefined ? '' : `:${port.nodePort}`}/${port.protocol ?? 'TCP'}`;

function age(object: K8sObject): string {
  const created = object.metadata.creationTimestamp;
  return created === undefined ? '' : formatAge(Date.now() - Date.parse(created));
}
