import type { PortRange } from '../../core/agent-config.ts';
import { usageError } from '../../core/errors.ts';
import { type Cidr4, contains, formatIp4, parseCidr4, parseIp4 } from '../../core/ip.ts';
import { keyOf, type Service, type ServicePort } from '../../core/k8s.ts';

export interface Ranges {
  readonly serviceCIDR: Cidr4;
  readonly nodePortRange: PortRange;
}

/**
 * A Service as the API server would store it: defaults written out, address and node ports allocated,
 * those of an earlier version kept where the new one leaves them open. Throws E_SERVICE (exit 2) where
 * something that was asked for is outside its range or belongs to another Service.
 */
export function completeService(
  service: Service,
  before: Service | undefined,
  others: readonly Service[],
  ranges: Ranges,
): Service {
  const type = service.spec.type ?? 'ClusterIP';
  if (type === 'ExternalName') return service;
  const clusterIP = addressOf(service, before, others, ranges.serviceCIDR);
  const isOutside = type === 'NodePort' || type === 'LoadBalancer';
  const taken = new Set(others.flatMap(nodePortsOf));
  return {
    ...service,
    spec: {
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      ...(isOutside ? { externalTrafficPolicy: 'Cluster' } : {}),
      ...service.spec,
      type,
      clusterIP,
      clusterIPs: [clusterIP],
      ports: (service.spec.ports ?? []).map((port) =>
        completePort(service, port, isOutside ? { before, taken, range: ranges.nodePortRange } : undefined),
      ),
    },
  };
}

interface NodePorts {
  readonly before: Service | undefined;
  /** `TCP/32000`; grows as ports are given out. */
  readonly taken: Set<string>;
  readonly range: PortRange;
}

function completePort(service: Service, port: ServicePort, nodePorts: NodePorts | undefined): ServicePort {
  const { nodePort: wanted, ...rest } = port;
  const protocol = port.protocol ?? 'TCP';
  const complete = { ...rest, protocol, targetPort: port.targetPort ?? port.port };
  if (nodePorts === undefined) return complete;
  const { before, taken, range } = nodePorts;
  const earlier = before?.spec.ports?.find(
    (candidate) => candidate.port === port.port && (candidate.protocol ?? 'TCP') === protocol,
  )?.nodePort;
  const nodePort = wanted ?? keepOrAllocate(earlier, protocol, taken, range);
  if (nodePort === undefined) {
    throw refused(service, `all node ports from ${range.first} to ${range.last} are taken`);
  }
  if (nodePort < range.first || nodePort > range.last) {
    throw refused(service, `node port ${nodePort} is outside ${range.first}-${range.last}`);
  }
  if (taken.has(`${protocol}/${nodePort}`)) {
    throw refused(service, `node port ${nodePort}/${protocol} is allocated already`);
  }
  taken.add(`${protocol}/${nodePort}`);
  return { ...complete, nodePort };
}

function keepOrAllocate(
  earlier: number | undefined,
  protocol: string,
  taken: ReadonlySet<string>,
  { first, last }: PortRange,
): number | undefined {
  if (earlier !== undefined && !taken.has(`${protocol}/${earlier}`)) return earlier;
  const size = last - first + 1;
  const isFree = (index: number): boolean => !taken.has(`${protocol}/${first + index}`);
  const index = firstFree(staticBand(size, 16, 32, 128), size, isFree);
  return index === undefined ? undefined : first + index;
}

function addressOf(
  service: Service,
  before: Service | undefined,
  others: readonly Service[],
  cidr: Cidr4,
): string {
  const range = parseCidr4(cidr);
  if (range === undefined) throw new RangeError(`${cidr} is not a network`);
  const earlier = before?.spec.clusterIP;
  const asked = service.spec.clusterIP;
  const wanted = asked === undefined || asked === '' ? earlier : asked;
  if (earlier !== undefined && earlier !== wanted) {
    throw refused(service, `clusterIP cannot change from ${earlier} to ${wanted}; delete the Service first`);
  }
  if (wanted === 'None') return wanted;
  const taken = new Set(others.map((other) => other.spec.clusterIP));
  if (wanted !== undefined) {
    const value = parseIp4(wanted) ?? -1;
    if (!contains(range, value)) throw refused(service, `clusterIP ${wanted} is outside ${cidr}`);
    if (taken.has(wanted)) throw refused(service, `clusterIP ${wanted} is allocated already`);
    return wanted;
  }
  // Neither the network's own address, nor the last, nor the first, which is the API server's.
  const size = range.last - range.first + 1;
  const isFree = (index: number): boolean =>
    index > 1 && index < size - 1 && !taken.has(formatIp4(range.first + index));
  const index = firstFree(staticBand(size, 16, 16, 256), size, isFree);
  if (index === undefined) throw refused(service, `all addresses of ${cidr} are taken`);
  return formatIp4(range.first + index);
}

/** Size of the lower part that is left to people who choose by hand, as Kubernetes splits its ranges. */
const staticBand = (size: number, min: number, step: number, max: number): number =>
  size <= min ? 0 : Math.min(Math.max(min, Math.floor(size / step)), max);

/** From the upper part, and only when that is full from the lower. */
function firstFree(from: number, size: number, isFree: (index: number) => boolean): number | undefined {
  for (let step = 0; step < size; step++) {
    const index = (from + step) % size;
    if (isFree(index)) return index;
  }
  return undefined;
}

const nodePortsOf = (service: Service): string[] =>
  (service.spec.ports ?? [])
    .filter((port) => port.nodePort !== undefined)
    .map((port) => `${port.protocol ?? 'TCP'}/${port.nodePort}`);

const refused = (service: Service, why: string): Error =>
  usageError('E_SERVICE', `Service ${keyOf(service)}: ${why}`, {
    fix: 'leave the field out to get a free one',
  });
