import type { Check, CheckContext, Evidence } from '../check.ts';
import { holds, none } from '../evidence.ts';
import { hooks, meterTable, type Reading } from '../kernel/netfilter-meter.ts';
import { withMeters } from '../kernel/with-meters.ts';
import { commandAt } from '../probe/place.ts';
import { type PlannedFlow, planFlows } from './flows.ts';

/** Pod flows at netfilter, counted in every node by a table of our own while they run. */
export const netfilterClaims: readonly Check[] = [
  {
    id: 'claim.netfilter.bypassed',
    kind: 'claim',
    sentence: 'netfilter of no node sees a packet of pod-pod, pod-world and NodePort-pod flows',
    profiles: ['ebpf'],
    needs: ['client', 'world'],
    exclusive: true,
    run: (context) => measure(context, false),
  },
  {
    id: 'claim.netfilter.seen',
    kind: 'claim',
    sentence: 'netfilter sees pod-pod, pod-world and NodePort-pod flows: the stack forwards them',
    profiles: ['kube-proxy', 'kpr'],
    needs: ['client', 'world'],
    exclusive: true,
    run: (context) => measure(context, true),
  },
];

async function measure(context: CheckContext, isSeen: boolean): Promise<Evidence[]> {
  const flows = planFlows(context);
  const { runtime, prober } = context;
  const names = runtime.nodes.map(({ name }) => name);
  const { readings, outcome } = await withMeters(runtime, names, flows, async () => {
    const results = await Promise.all(
      flows.map(
        async ({ from, probes }) => await Promise.all(probes.map((probe) => prober.probe(from, probe))),
      ),
    );
    return results.map((some) => some.flatMap(({ error }) => error ?? []));
  });
  return flows.flatMap((flow, index) => {
    const counts = byHook(readings, flow.name);
    return [
      none(
        { what: `${flow.title}: connections that failed`, command: 'labctl verify' },
        outcome[index] ?? [],
      ),
      flow.isControl ? controlRow(flow, counts, names) : flowRow(flow, counts, names, isSeen),
    ];
  });
}

type Counts = Reading[string];

/** Packets of a flow at each hook, over all nodes. */
function byHook(readings: readonly Reading[], flow: string): Counts {
  const sum = (hook: (typeof hooks)[number]): number =>
    readings.reduce((total, reading) => total + (reading[flow]?.[hook] ?? 0), 0);
  return Object.fromEntries(hooks.map((hook) => [hook, sum(hook)])) as Counts;
}

const told = (counts: Counts): string => hooks.map((hook) => `${hook} ${counts[hook]}`).join(', ');
const command = (nodes: readonly string[]): string =>
  commandAt({ node: nodes.join('|') }, 'nft', ['list', 'counters', 'table', 'ip', meterTable]);

function flowRow(flow: PlannedFlow, counts: Counts, nodes: readonly string[], isSeen: boolean): Evidence {
  const packets = hooks.reduce((total, hook) => total + counts[hook], 0);
  return holds(
    { what: `${flow.title}: packets at netfilter of ${nodes.length} nodes`, command: command(nodes) },
    isSeen ? 'forward 1 or more' : 'none at any hook',
    told(counts),
    isSeen ? counts.forward > 0 : packets === 0,
  );
}

/** The same counters must count what the stack is known to carry, else their silence proves nothing. */
const controlRow = (flow: PlannedFlow, counts: Counts, nodes: readonly string[]): Evidence =>
  holds(
    { what: `${flow.title}: packets at netfilter (the counters count)`, command: command(nodes) },
    'output, postrouting, prerouting and input 1 or more',
    told(counts),
    counts.output > 0 && counts.postrouting > 0 && counts.prerouting > 0 && counts.input > 0,
  );
