import type { Exec } from '../../core/exec.ts';
import type { ClusterNode } from './nodes.ts';

/** Marks routes as ours (`ip route show proto 84`): others are never touched. */
export const routeProtocol = 84;

export interface Route {
  readonly dst: string;
  /** Without it the destination is unreachable. */
  readonly via?: string;
}

/**
 * Pod CIDRs of other nodes go to these nodes; what is left of the own one is unreachable, so that a
 * packet to a pod that is gone is answered here instead of being sent to the default gateway.
 */
export function wantedRoutes(nodes: readonly ClusterNode[], self: string): Route[] {
  return nodes.map(({ name, podCIDR, address }) =>
    name === self ? { dst: podCIDR } : { dst: podCIDR, via: address },
  );
}

export interface Uplink {
  readonly device: string;
  readonly address: string;
}

/** Keeps our routes of a node. */
export interface Routes {
  /** Makes them the wanted ones; answers how many it wrote or removed. */
  readonly apply: (wanted: readonly Route[]) => Promise<number>;
}

/** The first `apply` takes over what an earlier agent left: it writes all and reads in the same process. */
export function createRoutes(exec: Exec, uplink: Uplink): Routes {
  let present: readonly Route[] | undefined;
  return {
    apply: async (wanted) => {
      const writes = routeWrites(present ?? [], wanted, uplink);
      const shows = present === undefined ? [`route show proto ${routeProtocol}`] : [];
      const found = await batch(exec, [...shows, ...writes]);
      const removals = routeRemovals(present ?? parseRoutes(found), wanted);
      // Unknown until the removals are done too: a failure begins anew.
      present = undefined;
      await batch(exec, removals);
      present = wanted;
      return writes.length + removals.length;
    },
  };
}

/** Lines for `ip -batch` that bring in what is wanted. A route that changes is replaced in one act. */
export function routeWrites(present: readonly Route[], wanted: readonly Route[], uplink: Uplink): string[] {
  const had = new Map(present.map(({ dst, via }) => [dst, via ?? 'nowhere']));
  return wanted
    .filter(({ dst, via }) => had.get(dst) !== (via ?? 'nowhere'))
    .map(({ dst, via }) =>
      via === undefined
        ? `route replace unreachable ${dst} proto ${routeProtocol}`
        : `route replace ${dst} via ${via} dev ${uplink.device} src ${uplink.address} proto ${routeProtocol}`,
    );
}

/** Lines that take away what nobody wants. */
export function routeRemovals(present: readonly Route[], wanted: readonly Route[]): string[] {
  const wants = new Set(wanted.map(({ dst }) => dst));
  return present
    .filter(({ dst }) => !wants.has(dst))
    .map(({ dst }) => `route delete ${dst} proto ${routeProtocol}`);
}

async function batch(exec: Exec, lines: readonly string[]): Promise<string> {
  if (lines.length === 0) return '';
  return (await exec('ip', ['-json', '-batch', '-'], { input: `${lines.join('\n')}\n` })).stdout;
}

function parseRoutes(json: string): Route[] {
  const rows = JSON.parse(json.trim() === '' ? '[]' : json) as readonly {
    readonly dst?: string;
    readonly gateway?: string;
  }[];
  return rows.flatMap(({ dst, gateway }) =>
    dst === undefined ? [] : [gateway === undefined ? { dst } : { dst, via: gateway }],
  );
}
