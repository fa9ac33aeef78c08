import { isTree } from '../values/tree.ts';

/** `address:port` of frontends, each with its backends: protocols were not told apart in all versions. */
export type Frontends = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads `service list -o json`: models.Service, of which the realized part is what the agent has done. */
export function readServiceList(list: unknown): Frontends | undefined {
  if (!Array.isArray(list)) return undefined;
  const found = new Map<string, Set<string>>();
  for (const service of list) {
    const realized = isTree(service) && isTree(service.status) ? service.status.realized : undefined;
    if (!isTree(realized) || !isTree(realized['frontend-address'])) return undefined;
    const { ip, port } = realized['frontend-address'];
    const backends = realized['backend-addresses'] ?? [];
    if (!Array.isArray(backends)) return undefined;
    const at = entryOf(found, `${String(ip)}:${String(port)}`);
    for (const backend of backends) {
      if (isTree(backend)) at.add(`${String(backend.ip)}:${String(backend.port)}`);
    }
  }
  return found;
}

const addressAndPort = /^(\d+\.\d+\.\d+\.\d+):(\d+)/;

/**
 * Reads `bpf lb list -o json`: what the maps hold, as text by frontend. Newer versions write a protocol behind ports,
 * and slot 0 of a frontend is no backend: its address is 0.0.0.0.
 */
export function readLoadBalancerMaps(dump: unknown): Frontends | undefined {
  if (!isTree(dump)) return undefined;
  const found = new Map<string, Set<string>>();
  for (const [frontend, entries] of Object.entries(dump)) {
    const [key] = addressAndPort.exec(frontend) ?? [];
    if (key === undefined) continue;
    if (!Array.isArray(entries)) return undefined;
    const at = entryOf(found, key);
    for (const entry of entries) {
      const [backend] = addressAndPort.exec(String(entry)) ?? [];
      if (backend !== undefined && !backend.startsWith('0.0.0.0:')) at.add(backend);
    }
  }
  return found;
}

function entryOf(frontends: Map<string, Set<string>>, key: string): Set<string> {
  const entry = frontends.get(key) ?? new Set();
  frontends.set(key, entry);
  return entry;
}
