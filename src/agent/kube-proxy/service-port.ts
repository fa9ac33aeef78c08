import { isIp4, parseCidr4 } from '../../core/ip.ts';
import type { Service, ServicePort } from '../../core/k8s.ts';
import { type ServiceChains, serviceChains } from './names.ts';

/** One port of one Service, as kube-proxy sees it: addresses of IPv4 only. */
export interface ServicePortInfo {
  /** `namespace/service:port`, without `:port` where the port has no name. */
  readonly name: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly chains: ServiceChains;
  readonly clusterIP: string;
  readonly port: number;
  /** 0: none. */
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  readonly loadBalancerIPs: readonly string[];
  /** Empty: from anywhere. */
  readonly sourceRanges: readonly string[];
  /** 0: none. */
  readonly healthCheckNodePort: number;
  readonly isExternalLocal: boolean;
  readonly isInternalLocal: boolean;
  /** Seconds that a client sticks to its endpoint; undefined: no session affinity. */
  readonly affinitySeconds: number | undefined;
}

const proxyNameLabel = 'service.kubernetes.io/service-proxy-name';
const headlessLabel = 'service.kubernetes.io/headless';
const defaultAffinitySeconds = 10_800;

/** The ports of the Services that kube-proxy serves: not headless, not ExternalName, not another proxy's. */
export const servicePorts = (services: readonly Service[]): ServicePortInfo[] =>
  services
    .filter(isServed)
    .flatMap((service) => (service.spec.ports ?? []).map((port) => portInfo(service, port)));

/** Whether anything but the ClusterIP leads to this port. */
export const isExternallyReachable = (port: ServicePortInfo): boolean =>
  port.nodePort !== 0 || port.loadBalancerIPs.length > 0 || port.externalIPs.length > 0;

/** Whether traffic may go to endpoints of all nodes: with externalTrafficPolicy Local, that of the node's own pods does. */
export const usesClusterEndpoints = (port: ServicePortInfo): boolean =>
  !port.isInternalLocal || isExternallyReachable(port);

export const usesLocalEndpoints = (port: ServicePortInfo): boolean =>
  port.isInternalLocal || (port.isExternalLocal && isExternallyReachable(port));

/** `namespace/service:port`, the name that chains are hashed from and comments carry. */
export const servicePortName = (namespace: string, service: string, port: string | undefined): string =>
  `${namespace}/${service}${port === undefined || port === '' ? '' : `:${port}`}`;

function isServed(service: Service): boolean {
  const labels = service.metadata.labels ?? {};
  if (service.spec.type === 'ExternalName' || clusterIPOf(service) === undefined) return false;
  return labels[proxyNameLabel] === undefined && labels[headlessLabel] === undefined;
}

const clusterIPOf = ({ spec }: Service): string | undefined =>
  [spec.clusterIP, ...(spec.clusterIPs ?? [])].find((address) => address !== undefined && isIp4(address));

function portInfo(service: Service, port: ServicePort): ServicePortInfo {
  const { metadata, spec, status } = service;
  const name = servicePortName(metadata.namespace ?? 'default', metadata.name, port.name);
  const protocol = protocolName(port.protocol);
  const hasExternalPolicy =
    spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.externalIPs ?? []).length > 0;
  const isExternalLocal = hasExternalPolicy && spec.externalTrafficPolicy === 'Local';
  const ingress = status?.loadBalancer?.ingress ?? [];
  return {
    name,
    protocol,
    chains: serviceChains(name, protocol),
    clusterIP: clusterIPOf(service) ?? '',
    port: port.port,
    nodePort: port.nodePort ?? 0,
    externalIPs: (spec.externalIPs ?? []).filter(isIp4),
    loadBalancerIPs: ingress.flatMap(({ ip }) => (ip !== undefined && isIp4(ip) ? [ip] : [])),
    sourceRanges: sourceRanges(spec.loadBalancerSourceRanges ?? []),
    healthCheckNodePort:
      spec.type === 'LoadBalancer' && isExternalLocal ? (spec.healthCheckNodePort ?? 0) : 0,
    isExternalLocal,
    isInternalLocal: spec.internalTrafficPolicy === 'Local',
    affinitySeconds: affinitySeconds(service),
  };
}

const protocolName = (protocol: ServicePort['protocol'] = 'TCP'): ServicePortInfo['protocol'] =>
  (({ TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' }) as const)[protocol];

/** A range that holds every address is none at all. */
function sourceRanges(texts: readonly string[]): string[] {
  const ranges = texts.map((text) => text.trim()).filter((text) => parseCidr4(text) !== undefined);
  return ranges.some((range) => range.endsWith('/0')) ? [] : ranges;
}

function affinitySeconds({ spec }: Service): number | undefined {
  if (spec.sessionAffinity !== 'ClientIP') return undefined;
  return spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds;
}
