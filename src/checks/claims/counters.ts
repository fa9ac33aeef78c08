import type { Check, CheckContext, Evidence } from '../check.ts';
import type { SocketProbe } from '../client/protocol.ts';
import { equal, moved, none } from '../evidence.ts';
import { clients } from '../scenarios/sources.ts';
import { demoPorts, portOf, type SubjectPod } from '../subjects.ts';

/** The datapath's own counters before and after traffic of one kind. They name the way that packets took. */
export const counterClaims: readonly Check[] = [
  {
    id: 'claim.redirect.counters',
    kind: 'claim',
    sentence: 'packets between pods are redirected past the stack, on one node and across nodes',
    profiles: ['ebpf'],
    needs: ['other-node'],
    exclusive: true,
    run: async (context) => {
      const { near, far, nearby, across } = await exchanges(context);
      return [
        noErrors([...nearby.errors, ...across.errors]),
        carried(context, 'forward.redirect_peer', near.client.node, nearby),
        carried(context, 'forward.redirect_neigh', far.client.node, across),
        carried(context, 'forward.redirect_peer', far.server.node, across),
      ];
    },
  },
  {
    id: 'claim.redirect.absent',
    kind: 'claim',
    sentence: 'packets between pods go by the stack and none is redirected past it',
    profiles: ['kube-proxy', 'kpr'],
    needs: ['other-node'],
    exclusive: true,
    run: async (context) => {
      const { near, far, nearby, across } = await exchanges(context);
      return [
        noErrors([...nearby.errors, ...across.errors]),
        carried(context, 'forward.stack', near.client.node, nearby),
        carried(context, 'forward.stack', far.client.node, across),
        ...[nearby, across].flatMap((bracket) => unmoved(context, bracket)),
      ];
    },
  },
  {
    id: 'claim.nodeport.counters',
    kind: 'claim',
    sentence: "the NodePort is translated by the datapath's own program, to local and to remote backends",
    profiles: ['kpr', 'ebpf'],
    needs: ['client', 'other-node'],
    exclusive: true,
    run: async (context) => {
      const { runtime, prober, subjects } = context;
      const serving = new Set(subjects.servers.map(({ node }) => node));
      const nodes = runtime.nodes.filter(({ name }) => serving.has(name));
      const names = nodes.map(({ name }) => name);
      const before = await countersOf(context, names);
      const probes = nodes.flatMap(({ name, address }) =>
        [{ node: name }, { otherThanNode: name }].map(
          (wanted): SocketProbe => ({
            protocol: 'tcp',
            address,
            port: portOf(subjects.demo, demoPorts.tcp).nodePort,
            bytes: 1,
            wanted,
          }),
        ),
      );
      const results = await Promise.all(probes.map((probe) => prober.probe({ role: 'client' }, probe)));
      const after = await countersOf(context, names);
      return [
        noErrors(results.flatMap(({ error }) => error ?? [])),
        ...nodes.flatMap(({ name }) =>
          ['forward.nodeport_local', 'forward.nodeport_remote', 'forward.rev_nodeport'].map((counter) =>
            movedOn(context, counter, name, { before, after }, 1),
          ),
        ),
      ];
    },
  },
];

interface Bracket {
  readonly before: Counters;
  readonly after: Counters;
}
type Counters = ReadonlyMap<string, Awaited<ReturnType<CheckContext['kernel']['counters']>>>;

async function countersOf({ kernel }: CheckContext, nodes: readonly string[]): Promise<Counters> {
  return new Map(
    await Promise.all([...new Set(nodes)].map(async (name) => [name, await kernel.counters(name)] as const)),
  );
}

const read = (counters: Counters, node: string, counter: string): number =>
  counters.get(node)?.[counter]?.packets ?? 0;

const movedOn = (
  { kernel }: CheckContext,
  counter: string,
  node: string,
  { before, after }: Bracket,
  least: number,
): Evidence =>
  moved(
    { what: `${counter} on ${node}`, command: kernel.inspectCommand(node) },
    read(before, node, counter),
    read(after, node, counter),
    least,
  );

/** Bytes, not packets: readiness probes move the same counters, by little. */
const exchangedBytes = 262_144;

const carried = (
  { kernel }: CheckContext,
  counter: string,
  node: string,
  { before, after }: Bracket,
): Evidence =>
  moved(
    { what: `bytes of ${counter} on ${node}`, command: kernel.inspectCommand(node) },
    before.get(node)?.[counter]?.bytes ?? 0,
    after.get(node)?.[counter]?.bytes ?? 0,
    exchangedBytes,
  );

const unmoved = ({ kernel }: CheckContext, { before, after }: Bracket): Evidence[] =>
  [...before.keys()].flatMap((node) =>
    ['forward.redirect_peer', 'forward.redirect_neigh'].map((counter) =>
      equal(
        { what: `${counter} on ${node}`, command: kernel.inspectCommand(node) },
        read(before, node, counter),
        read(after, node, counter),
      ),
    ),
  );

const noErrors = (errors: readonly string[]): Evidence =>
  none({ what: 'probes that failed', command: 'labctl verify' }, errors);

interface Pair {
  readonly client: SubjectPod;
  readonly server: SubjectPod;
}

const pairsOf = (context: CheckContext): { readonly near: Pair; readonly far: Pair } => ({
  near: pairOf(context, (client, server) => client.node === server.node),
  far: pairOf(context, (client, server) => client.node !== server.node),
});

type Exchange = Bracket & { readonly errors: readonly string[] };

/** TCP between two pods of a node, then of two nodes, each with counters around it and nothing else inside. */
async function exchanges(context: CheckContext): Promise<{
  readonly near: Pair;
  readonly far: Pair;
  readonly nearby: Exchange;
  readonly across: Exchange;
}> {
  const { near, far } = pairsOf(context);
  const nodes = [near, far].flatMap(({ client, server }) => [client.node, server.node]);
  const first = await countersOf(context, nodes);
  const nearErrors = await exchange(context, near);
  const second = await countersOf(context, nodes);
  const farErrors = await exchange(context, far);
  const third = await countersOf(context, nodes);
  return {
    near,
    far,
    nearby: { before: first, after: second, errors: nearErrors },
    across: { before: second, after: third, errors: farErrors },
  };
}

async function exchange({ prober, subjects }: CheckContext, { client, server }: Pair): Promise<string[]> {
  const { error } = await prober.probe(
    { pod: client.key },
    {
      protocol: 'tcp',
      address: server.address,
      port: portOf(subjects.demo, demoPorts.tcp).targetPort,
      bytes: exchangedBytes,
    },
  );
  return error === undefined ? [] : [error];
}

export function pairOf(
  { subjects }: CheckContext,
  fits: (client: SubjectPod, server: SubjectPod) => boolean,
): Pair {
  const pairs = clients(subjects).flatMap((client) =>
    subjects.servers
      .filter((server) => server.key !== client.key && fits(client, server))
      .map((server) => ({ client, server })),
  );
  const [pair] = pairs;
  if (pair === undefined) throw new Error('the demo has no two pods placed as this check needs them');
  return pair;
}
