import { allocatedAddresses, type Fact, readFact } from '../../cilium/index.ts';
import { failure } from '../../core/errors.ts';
import { type Check, type CheckContext, type Evidence, everyProfile, type VerifyLab } from '../check.ts';
import { followMs } from '../engine/follow.ts';
import { holds, none } from '../evidence.ts';
import type { CiliumView } from './view.ts';

interface StatusClaim {
  readonly id: string;
  readonly sentence: string;
  readonly fact: Fact;
  readonly wanted: (lab: VerifyLab) => string;
}

/** What each agent says of itself against what the profile asks for: asked for, Cilium falls back in silence. */
const statusClaims: readonly StatusClaim[] = [
  {
    id: 'claim.cilium.health',
    sentence: 'the agent of every node finds itself well',
    fact: 'health',
    wanted: () => 'ok',
  },
  {
    id: 'claim.cilium.kube-proxy-replacement',
    sentence: 'the agent of every node balances Services as the profile asks',
    fact: 'serviceLB',
    wanted: ({ datapath }) => datapath.serviceLB,
  },
  {
    id: 'claim.cilium.masquerade',
    sentence: 'the agent of every node masquerades as the profile asks',
    fact: 'masquerade',
    wanted: ({ datapath }) => datapath.masquerade,
  },
  {
    id: 'claim.cilium.host-routing',
    sentence: 'the agent of every node forwards packets of pods as the profile asks',
    fact: 'hostRouting',
    wanted: ({ datapath }) => datapath.hostRouting,
  },
];

export const agentClaims: readonly Check[] = [
  ...statusClaims.map(
    ({ id, sentence, fact, wanted }): Check => ({
      id,
      kind: 'claim',
      sentence,
      profiles: everyProfile,
      needs: [],
      quick: true,
      run: (context) =>
        onEveryAgent(context, async (node, view) => [await factRow(view, node, fact, wanted(context.lab))]),
    }),
  ),
  {
    id: 'claim.cilium.ipam',
    kind: 'claim',
    sentence: 'the addresses of pods are those that the agent of their node gave out',
    profiles: everyProfile,
    needs: [],
    quick: true,
    settleMs: followMs.pods,
    run: async (context) => {
      const pods = await context.runtime.cluster.list('Pod');
      return onEveryAgent(context, async (node, view) => {
        const row = {
          what: `addresses of pods on ${node} that its agent does not know`,
          command: await view.command(node, 'status'),
        };
        const known = allocatedAddresses(await view.ask(node, 'status'));
        if (known === undefined) return [holds(row, 'none', untold('no ipam.allocations'), false)];
        const own = pods.filter(
          ({ spec, status }) =>
            spec.nodeName === node && spec.hostNetwork !== true && status?.phase === 'Running',
        );
        return [
          none(
            row,
            own.flatMap(({ status }) => status?.podIP ?? []).filter((ip) => !known.includes(ip)),
          ),
        ];
      });
    },
  },
];

/** One fact of one agent. What cannot be told is never as wanted. */
export async function factRow(view: CiliumView, node: string, fact: Fact, wanted: string): Promise<Evidence> {
  const told = readFact(await view.ask(node, 'status'), fact);
  return {
    what: `${fact} by the agent of ${node}`,
    expected: wanted,
    observed: 'word' in told ? told.word : untold(told.saw),
    command: await view.command(node, 'status'),
    ok: 'word' in told && told.word === wanted,
  };
}

export const untold = (saw: string): string => `could not be told: ${saw}`;

/** Rows of every node, in the order of nodes. */
export async function onEveryAgent(
  context: CheckContext,
  rows: (node: string, view: CiliumView) => Promise<readonly Evidence[]>,
): Promise<Evidence[]> {
  const view = viewOf(context);
  return (await Promise.all(context.runtime.nodes.map(({ name }) => rows(name, view)))).flat();
}

export function viewOf({ cilium }: CheckContext): CiliumView {
  if (cilium === undefined) throw failure('E_CNI', 'the lab has no Cilium');
  return cilium;
}
