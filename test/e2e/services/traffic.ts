import { type LiveLab, nodeAddress } from '../support/lab.ts';
import { type Program, type Resident, type Stage, settle } from '../support/resident.ts';
import { type Expectation, followed, refused, served, silent } from './expectations.ts';
import type { PortModel } from './model.ts';
import type { Ask, Tally } from './protocol.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

type Asker = Resident<readonly Ask[], Tally[]>;

/** One asker inside a pod, one that entered another from outside (no socket LB), one beyond the router. */
export interface Askers {
  readonly pod: Asker;
  readonly packets: Asker;
  readonly outside: Asker;
  readonly end: () => Promise<void>;
}

export async function startAskers(
  stage: Stage,
  pod: string,
  otherPod: string,
  program: Program,
): Promise<Askers> {
  const start = (target: Parameters<typeof settle>[1]): Promise<Asker> => settle(stage, target, program);
  const askers = {
    pod: await start({ pod }),
    packets: await start({ pod: otherPod, outsideCgroup: true }),
    outside: await start({ role: 'client' }),
  };
  return {
    ...askers,
    end: async () => {
      await Promise.all(Object.values(askers).map((asker) => asker.end()));
    },
  };
}

/** Everything that traffic shows to be other than in the world, one line each. */
export async function contradictions(
  askers: Askers,
  lab: LiveLab,
  world: World,
  random: Random,
): Promise<string[]> {
  const nodes = lab.nodes.map(({ metadata }) => nodeAddress(lab, metadata.name));
  const [entry = ''] = nodes;
  const frontends = world.services.flatMap(({ clusterIP, ports }) =>
    ports.map((port) => ({ clusterIP, port })),
  );
  const inside = (where: string): Expectation[] => [
    ...frontends.flatMap(({ clusterIP, port }) => both(where, port, { address: clusterIP, port: port.port })),
    ...world.gone
      .filter(({ address }) => address !== '')
      .map((gone) => silent(where, gone, { address: gone.address, port: gone.port })),
  ];
  // Held sockets must ask one address all the time; others ask any node.
  const outside = [
    ...frontends.flatMap(({ port }) => [
      served('outside', port, { address: random.one(nodes), port: port.nodePort }),
      ...(port.protocol === 'UDP'
        ? [followed('outside', port, { address: entry, port: port.nodePort })]
        : []),
    ]),
    ...world.gone.map((gone) =>
      refused('outside', gone, { address: random.one(nodes), port: gone.nodePort }),
    ),
  ];
  const wrong = [
    await check(askers.pod, inside('pod')),
    await check(askers.packets, inside('packets')),
    await check(askers.outside, outside),
  ];
  return wrong.flat();
}

const both = (where: string, port: PortModel, to: { address: string; port: number }): Expectation[] => [
  served(where, port, to),
  ...(port.protocol === 'UDP' ? [followed(where, port, to)] : []),
];

async function check(asker: Asker, expectations: readonly Expectation[]): Promise<string[]> {
  const tallies = await asker.ask(expectations.map(({ ask }) => ask));
  return expectations.flatMap(({ title, wrong }, index) => {
    const found = wrong(tallies[index] ?? { answers: {}, errors: {} });
    return found === undefined ? [] : [`${title}: ${found}`];
  });
}
