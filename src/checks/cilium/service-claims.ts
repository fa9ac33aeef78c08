import { type Frontends, readLoadBalancerMaps, readServiceList } from '../../cilium/index.ts';
import type { Check, Evidence } from '../check.ts';
import { followMs } from '../engine/follow.ts';
import { holds, sameSet } from '../evidence.ts';
import { backendsOn, type DesiredPort, desiredPorts } from '../kernel/desired-services.ts';
import { onEveryAgent, untold } from './claims.ts';

interface Source {
  readonly id: string;
  readonly sentence: string;
  readonly words: readonly string[];
  readonly read: (answer: unknown) => Frontends | undefined;
}

/** The same question to the agent and to its maps: one may have what the other lacks. */
const sources: readonly Source[] = [
  {
    id: 'claim.cilium.services.listed',
    sentence: 'the agent of every node knows the ready endpoints of each Service',
    words: ['service', 'list'],
    read: readServiceList,
  },
  {
    id: 'claim.cilium.services.in-maps',
    sentence: 'the maps of every node hold the ready endpoints of each Service',
    words: ['bpf', 'lb', 'list'],
    read: readLoadBalancerMaps,
  },
];

export const serviceClaims: readonly Check[] = sources.map(
  ({ id, sentence, words, read }): Check => ({
    id,
    kind: 'claim',
    sentence,
    profiles: ['kpr', 'ebpf'],
    needs: [],
    quick: true,
    settleMs: followMs.services,
    run: async (context) => {
      const ports = await desiredPorts(context.runtime.cluster);
      return onEveryAgent(context, async (node, view) => {
        const row = {
          what: `Services of ${node} by ${words.join(' ')}`,
          command: await view.command(node, ...words),
        };
        const answer = await view.ask(node, ...words);
        const present = read(answer);
        if (present === undefined) {
          return [holds(row, 'frontends and backends', untold(JSON.stringify(answer).slice(0, 80)), false)];
        }
        return [compared(row, wantedFrontends(ports, node), present)];
      });
    },
  }),
);

/** Other frontends (of health checks, of node ports by other addresses) are Cilium's own affair. */
function compared(
  row: { readonly what: string; readonly command: string },
  wanted: Frontends,
  present: Frontends,
): Evidence {
  const linesOf = (frontends: Frontends): string[] =>
    [...wanted.keys()].flatMap((key) => {
      const backends = frontends.get(key);
      return backends === undefined ? [] : [`${key} -> ${[...backends].sort().join(' ') || 'none'}`];
    });
  return sameSet(row, linesOf(wanted), linesOf(present));
}

/** By cluster address, whose node ports are tried by traffic. Protocols of one port are one frontend here. */
function wantedFrontends(ports: readonly DesiredPort[], node: string): Frontends {
  const wanted = new Map<string, Set<string>>();
  for (const { clusterIP, port, backends, internalPolicy } of ports) {
    const key = `${clusterIP}:${port}`;
    const own = backendsOn(backends, internalPolicy, node);
    wanted.set(key, new Set([...(wanted.get(key) ?? []), ...own]));
  }
  return wanted;
}
