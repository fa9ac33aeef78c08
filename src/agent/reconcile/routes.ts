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

/** Lines for `ip -batch` that turn `present` into `wanted`. A changed route is replaced in one act. */
export function routeChanges(
  present: readonly Route[],
  wanted: readonly Route[],
  uplink: { readonly device: string; readonly address: string },
): string[] {
  const had = new Map(present.map((route) => [route.dst, route]));
  const wants = new Set(wanted.map(({ dst }) => dst));
  const proto = `proto ${routeProtocol}`;
  return [
    ...wanted.flatMap(({ dst, via }) => {
      const before = had.get(dst);
      if (before !== undefined && before.via === via) return [];
      return via === undefined
        ? [`route replace unreachable ${dst} ${proto}`]
        : [`route replace ${dst} via ${via} dev ${uplink.device} src ${uplink.address} ${proto}`];
    }),
    ...present.flatMap(({ dst }) => (wants.has(dst) ? [] : [`route delete ${dst} ${proto}`])),
  ];
}

/** Makes our routes the wanted ones; answers how many changed. */
export async function applyRoutes(
  exec: Exec,
  wanted: readonly Route[],
  uplink: { readonly device: string; readonly address: string },
): Promise<number> {
  const { stdout } = await exec('ip', ['-json', 'route', 'show', 'proto', String(routeProtocol)]);
  const changes = routeChanges(parseRoutes(stdout), wanted, uplink);
  if (changes.length > 0) await exec('ip', ['-batch', '-'], { input: `${changes.join('\n')}\n` });
  return changes.length;
}

function parseRoutes(json: string): Route[] {
  const rows = JSON.parse(json === '' ? '[]' : json) as {
    readonly dst?: string;
    readonly gateway?: string;
  }[];
  return rows.flatMap(({ dst, gateway }) =>
    dst === undefined ? [] : [gateway === undefined ? { dst } : { dst, via: gateway }],
  );
}
