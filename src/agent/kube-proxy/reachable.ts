import { type EndpointInfo, sortedEndpoints } from './endpoints.ts';
import { type ServicePortInfo, usesClusterEndpoints, usesLocalEndpoints } from './service-port.ts';

/** Which endpoints a Service port uses on this node. */
export interface ReachableEndpoints {
  /** For traffic policy Cluster; empty where the port never uses it. */
  readonly cluster: readonly EndpointInfo[];
  /** For traffic policy Local; empty where the port never uses it. */
  readonly local: readonly EndpointInfo[];
  /** Both, each endpoint once. */
  readonly all: readonly EndpointInfo[];
  /** Whether any node has a usable endpoint: if not, traffic is refused rather than dropped. */
  readonly hasAny: boolean;
}

/**
 * Ready endpoints; where there are none, those that terminate but still serve (KEP-1669). The fallback is
 * decided for Cluster and for Local apart.
 */
export function reachableEndpoints(
  port: ServicePortInfo,
  endpoints: readonly EndpointInfo[],
): ReachableEndpoints {
  const cluster = usesClusterEndpoints(port) ? usable(endpoints) : [];
  const local = usesLocalEndpoints(port) ? usable(endpoints.filter((endpoint) => endpoint.isLocal)) : [];
  const all = new Map([...cluster, ...local].map((endpoint) => [endpoint.text, endpoint]));
  return { cluster, local, all: sortedEndpoints(all.values()), hasAny: usable(endpoints).length > 0 };
}

function usable(endpoints: readonly EndpointInfo[]): readonly EndpointInfo[] {
  const ready = endpoints.filter((endpoint) => endpoint.isReady);
  return ready.length > 0
    ? ready
    : endpoints.filter((endpoint) => endpoint.isServing && endpoint.isTerminating);
}
