import type { ClusterSource } from '../../core/cluster.ts';
import {
  type EndpointSlice,
  keyOf,
  type Service,
  type ServicePort,
  serviceNameLabel,
} from '../../core/k8s.ts';

/** One port of one Service as the cluster wants it, on one node. */
export interface DesiredPort {
  /** `namespace/name:port`. */
  readonly name: string;
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
  readonly nodePort: number | undefined;
  readonly clusterIP: string;
  /** externalIPs and load-balancer addresses. */
  readonly externals: readonly string[];
  /** `address:port` of ready endpoints. */
  readonly backends: readonly DesiredBackend[];
  readonly internalPolicy: 'Cluster' | 'Local';
  readonly externalPolicy: 'Cluster' | 'Local';
}
export interface DesiredBackend {
  readonly at: string;
  readonly node: string | undefined;
}

/** What Services and EndpointSlices ask for. Computed here on its own, so that it can contradict the agent. */
export async function desiredPorts(cluster: ClusterSource): Promise<DesiredPort[]> {
  const [services, slices] = await Promise.all([cluster.list('Service'), cluster.list('EndpointSlice')]);
  return services.flatMap((service) => portsOf(service, slices));
}

function portsOf(service: Service, slices: readonly EndpointSlice[]): DesiredPort[] {
  const { spec, status } = service;
  const { clusterIP } = spec;
  if (clusterIP === undefined || clusterIP === '' || clusterIP === 'None') return [];
  const own = slices.filter(
    ({ metadata, addressType }) =>
      addressType === 'IPv4' &&
      metadata.namespace === service.metadata.namespace &&
      metadata.labels?.[serviceNameLabel] === service.metadata.name,
  );
  const ingress = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []);
  return (spec.ports ?? [])
    .filter(({ protocol }) => protocol !== 'SCTP')
    .map((port) => ({
      name: port.name === undefined ? keyOf(service) : `${keyOf(service)}:${port.name}`,
      protocol: port.protocol === 'UDP' ? 'UDP' : 'TCP',
      port: port.port,
      nodePort: port.nodePort,
      clusterIP,
      externals: [...(spec.externalIPs ?? []), ...ingress],
      backends: backendsOf(port, own),
      internalPolicy: spec.internalTrafficPolicy ?? 'Cluster',
      externalPolicy: spec.externalTrafficPolicy ?? 'Cluster',
    }));
}

/** Endpoints of the slice port of the same name; a slice names ports as the Service does. */
function backendsOf(port: ServicePort, slices: readonly EndpointSlice[]): DesiredBackend[] {
  return slices.flatMap(({ ports = [], endpoints }) => {
    const target = ports.find(({ name }) => (name ?? '') === (port.name ?? ''))?.port;
    if (target === undefined) return [];
    return endpoints
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses, nodeName }) =>
        addresses.map((address) => ({ at: `${address}:${target}`, node: nodeName })),
      );
  });
}

export const backendsOn = (
  backends: readonly DesiredBackend[],
  policy: 'Cluster' | 'Local',
  node: string,
): string[] =>
  backends.filter((backend) => policy === 'Cluster' || backend.node === node).map(({ at }) => at);
