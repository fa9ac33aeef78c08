import { createHash } from 'node:crypto';
import {
  type Endpoint,
  type EndpointSlice,
  isPodReady,
  type Pod,
  type Service,
  type ServicePort,
  serviceNameLabel,
} from '../core/k8s.ts';

export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const managedBy = 'endpointslice-controller.k8s.io';
const maxEndpoints = 100;

export const selects = (service: Service, pod: Pod): boolean => {
  const selector = Object.entries(service.spec.selector ?? {});
  return (
    selector.length > 0 &&
    service.metadata.namespace === pod.metadata.namespace &&
    selector.every(([key, value]) => pod.metadata.labels?.[key] === value)
  );
};

/**
 * The slices that a Service with a selector has, by what its pods are. Pods that resolve a named port
 * to different numbers get slices of their own; one slice holds at most 100 endpoints.
 */
export function slicesOf(service: Service, pods: readonly Pod[]): EndpointSlice[] {
  const groups = new Map<string, { ports: EndpointSlice['ports']; endpoints: Endpoint[] }>();
  for (const pod of pods.filter((candidate) => selects(service, candidate)).sort(byName)) {
    const endpoint = endpointOf(service, pod);
    if (endpoint === undefined) continue;
    const ports = (service.spec.ports ?? []).flatMap((port) => resolvePort(port, pod));
    const id = JSON.stringify(ports);
    const group = groups.get(id) ?? { ports, endpoints: [] };
    group.endpoints.push(endpoint);
    groups.set(id, group);
  }
  return [...groups].flatMap(([id, { ports, endpoints }]) =>
    chunks(endpoints, maxEndpoints).map((part, index) => slice(service, `${id}/${index}`, part, ports)),
  );
}

function slice(
  service: Service,
  id: string,
  endpoints: readonly Endpoint[],
  ports: EndpointSlice['ports'],
): EndpointSlice {
  const { name, namespace = 'default', uid } = service.metadata;
  const hash = createHash('sha256').update(`${uid}/${id}`).digest('hex').slice(0, 5);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { [serviceNameLabel]: name, [managedByLabel]: managedBy },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name, ...(uid === undefined ? {} : { uid }) }],
    },
    addressType: 'IPv4',
    endpoints,
    ...(ports === undefined ? {} : { ports }),
  };
}

/** A pod that is ending still serves what it has, and gets nothing new. */
function endpointOf(service: Service, pod: Pod): Endpoint | undefined {
  const { podIP, phase } = pod.status ?? {};
  if (podIP === undefined || phase === 'Succeeded' || phase === 'Failed') return undefined;
  const { name, namespace = 'default', deletionTimestamp } = pod.metadata;
  const terminating = deletionTimestamp !== undefined;
  const serving = isPodReady(pod);
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  return {
    addresses: [podIP],
    conditions: { ready, serving, terminating },
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', namespace, name },
  };
}

function resolvePort(port: ServicePort, pod: Pod): NonNullable<EndpointSlice['ports']>[number][] {
  const protocol = port.protocol ?? 'TCP';
  const number = containerPort(port.targetPort ?? port.port, protocol, pod);
  return number === undefined ? [] : [{ name: port.name ?? '', protocol, port: number }];
}

/** The number of a port of the pod that may be named. */
export function containerPort(wanted: number | string, protocol: string, pod: Pod): number | undefined {
  if (typeof wanted === 'number') return wanted;
  return pod.spec.containers
    .flatMap((container) => container.ports ?? [])
    .find((port) => port.name === wanted && (port.protocol ?? 'TCP') === protocol)?.containerPort;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

const byName = (a: Pod, b: Pod): number => a.metadata.name.localeCompare(b.metadata.name);
