import { isIp4 } from '../../core/ip.ts';
import { type Endpoint, type EndpointSlice, type Protocol, serviceNameLabel } from '../../core/k8s.ts';
import { endpointChain } from './names.ts';
import { type ServicePortInfo, servicePortName } from './service-port.ts';

/** One address and port behind a Service's port. */
export interface EndpointInfo {
  readonly ip: string;
  /** `address:port`. */
  readonly text: string;
  /** KUBE-SEP-*. */
  readonly chain: string;
  readonly isLocal: boolean;
  readonly isReady: boolean;
  readonly isServing: boolean;
  readonly isTerminating: boolean;
}

/** Endpoints by Service port, each list in the order of the text `address:port`. */
export type EndpointTable = ReadonlyMap<string, readonly EndpointInfo[]>;

/** Joins the slices of each Service; an address that two slices name counts once, and as local if one says so. */
export function endpointTable(slices: readonly EndpointSlice[], nodeName: string): EndpointTable {
  const table = new Map<string, Map<string, EndpointInfo>>();
  for (const slice of slices) {
    const service = slice.metadata.labels?.[serviceNameLabel];
    if (service === undefined || service === '' || slice.addressType !== 'IPv4') continue;
    for (const port of slice.ports ?? []) {
      if (port.port === undefined || port.port === 0) continue;
      const name = servicePortName(slice.metadata.namespace ?? 'default', service, port.name);
      const key = keyOf(name, port.protocol);
      const known = table.get(key) ?? new Map<string, EndpointInfo>();
      table.set(key, known);
      for (const endpoint of slice.endpoints ?? []) {
        const info = endpointInfo(endpoint, {
          name,
          port: port.port,
          protocol: port.protocol ?? 'TCP',
          nodeName,
        });
        if (info !== undefined && (info.isLocal || !known.has(info.text))) known.set(info.text, info);
      }
    }
  }
  return new Map([...table].map(([key, known]) => [key, sortedEndpoints(known.values())]));
}

export const endpointsOf = (table: EndpointTable, port: ServicePortInfo): readonly EndpointInfo[] =>
  table.get(keyOf(port.name, port.protocol)) ?? [];

/** By the text `address:port`: the order of the rules and thereby of the probabilities. */
export const sortedEndpoints = (endpoints: Iterable<EndpointInfo>): EndpointInfo[] =>
  [...endpoints].sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));

const keyOf = (name: string, protocol = 'TCP'): string => `${name}/${protocol.toLowerCase()}`;

interface EndpointPlace {
  readonly name: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly nodeName: string;
}

function endpointInfo(endpoint: Endpoint, place: EndpointPlace): EndpointInfo | undefined {
  const ip = endpoint.addresses[0];
  if (ip === undefined || !isIp4(ip)) return undefined;
  const text = `${ip}:${place.port}`;
  return {
    ip,
    text,
    chain: endpointChain(place.name, place.protocol.toLowerCase(), text),
    isLocal: endpoint.nodeName === place.nodeName,
    // Conditions that nobody wrote mean a healthy endpoint.
    isReady: endpoint.conditions?.ready ?? true,
    isServing: endpoint.conditions?.serving ?? true,
    isTerminating: endpoint.conditions?.terminating ?? false,
  };
}
