import { parseIp4 } from '../../core/ip.ts';
import type { Endpoint, EndpointSlice, Service, ServicePort } from '../../core/k8s.ts';

/** Transport protocols that the datapath translates, by their IP protocol number. */
export const ipProtocol = { TCP: 6, UDP: 17 } as const;

export interface BackendAddress {
  /** Host order. */
  readonly addr: number;
  readonly port: number;
}

export type FrontendKind = 'cluster-ip' | 'node-port' | 'external';

export interface FrontendAddress {
  /** Host order; 0 is every address of every node. */
  readonly addr: number;
  readonly port: number;
  /** IP protocol number. */
  readonly proto: number;
}

/** One address, port and protocol by which a Service is reached. */
export interface Frontend extends FrontendAddress {
  readonly kind: FrontendKind;
  /** Seconds of sessionAffinity ClientIP, 0: none. */
  readonly affinitySeconds: number;
  /** `backends` are those of this node only (internalTrafficPolicy: Local). */
  readonly isLocalOnly: boolean;
  /** What clients inside the cluster use. */
  readonly backends: readonly BackendAddress[];
  /** What clients from outside use where that differs (externalTrafficPolicy: Local). */
  readonly external?: readonly BackendAddress[];
}

/** `address:port/protocol`: no two Services can have the same. */
export const frontendKey = (frontend: FrontendAddress): string =>
  `${frontend.addr}:${frontend.port}/${frontend.proto}`;

/** The frontends of a Service as the node named `node` serves them. */
export function frontendsOf(service: Service, slices: readonly EndpointSlice[], node: string): Frontend[] {
  if (service.spec.type === 'ExternalName') return [];
  return (service.spec.ports ?? []).flatMap((port) => frontendsOfPort(service, port, slices, node));
}

function frontendsOfPort(
  service: Service,
  port: ServicePort,
  slices: readonly EndpointSlice[],
  node: string,
): Frontend[] {
  const { spec } = service;
  const protocol = port.protocol ?? 'TCP';
  if (protocol === 'SCTP') return [];
  const candidates = candidatesOf(port, slices);
  const everywhere = usable(candidates);
  const here = usable(candidates.filter(({ endpoint }) => endpoint.nodeName === node));
  const common = { proto: ipProtocol[protocol], affinitySeconds: affinitySeconds(service) };
  const outer = {
    ...common,
    isLocalOnly: false,
    backends: everywhere,
    ...(spec.externalTrafficPolicy === 'Local' ? { external: here } : {}),
  };
  const isLocalOnly = spec.internalTrafficPolicy === 'Local';
  const inner = { ...common, isLocalOnly, backends: isLocalOnly ? here : everywhere };

  const at = (kind: FrontendKind, text: string, rest: typeof inner): Frontend[] => {
    const addr = parseIp4(text);
    return addr === undefined || addr === 0 ? [] : [{ kind, addr, port: port.port, ...rest }];
  };
  const isNodePort = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  const balancers = spec.type === 'LoadBalancer' ? (service.status?.loadBalancer?.ingress ?? []) : [];
  return [
    ...at('cluster-ip', spec.clusterIP ?? '', inner),
    ...(isNodePort && port.nodePort
      ? [{ kind: 'node-port' as const, addr: 0, port: port.nodePort, ...outer }]
      : []),
    ...(spec.externalIPs ?? []).flatMap((address) => at('external', address, outer)),
    ...balancers.flatMap(({ ip }) => at('external', ip ?? '', outer)),
  ];
}

interface Candidate extends BackendAddress {
  readonly endpoint: Endpoint;
}

/** Every address of the slices that serves this port; an address in two slices once, the ready one. */
function candidatesOf(port: ServicePort, slices: readonly EndpointSlice[]): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    for (const target of slice.ports ?? []) {
      if ((target.name ?? '') !== (port.name ?? '')) continue;
      if ((target.protocol ?? 'TCP') !== (port.protocol ?? 'TCP') || target.port === undefined) continue;
      for (const endpoint of slice.endpoints ?? []) {
        const addr = parseIp4(endpoint.addresses[0] ?? '');
        if (addr === undefined) continue;
        const key = `${addr}:${target.port}`;
        const other = found.get(key);
        if (other !== undefined && isReady(other.endpoint)) continue;
        found.set(key, { addr, port: target.port, endpoint });
      }
    }
  }
  return [...found.values()].sort((a, b) => a.addr - b.addr || a.port - b.port);
}

/** The ready ones; where there is none, those that still serve while they terminate (KEP-1669). */
function usable(candidates: readonly Candidate[]): BackendAddress[] {
  const ready = candidates.filter(({ endpoint }) => isReady(endpoint));
  const chosen = ready.length > 0 ? ready : candidates.filter(({ endpoint }) => isServingToTheEnd(endpoint));
  return chosen.map(({ addr, port }) => ({ addr, port }));
}

/** Kubernetes: a condition that is not told counts as ready. */
const isReady = ({ conditions }: Endpoint): boolean => conditions?.ready !== false;
const isServingToTheEnd = ({ conditions }: Endpoint): boolean =>
  conditions?.terminating === true && conditions.serving === true;

const defaultAffinitySeconds = 10_800;

function affinitySeconds({ spec }: Service): number {
  if (spec.sessionAffinity !== 'ClientIP') return 0;
  return spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds;
}
