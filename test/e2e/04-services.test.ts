import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { K8sObject, Pod } from '../../src/core/k8s.ts';
import { openLab } from '../../src/lab/open.ts';
import type { NetnsRuntime } from '../../src/runtime/netns/index.ts';
import type { Listen } from './services/backend-server.ts';
import { chainRows, modelChains, staleFlows } from './services/chains.ts';
import { type Backend, serviceObject, sliceObjects } from './services/model.ts';
import { randomFrom, testSeed } from './services/random.ts';
import { isEven } from './services/spread.ts';
import { converged, mapRows, modelRows } from './services/tables.ts';
import { type Askers, contradictions, startAskers } from './services/traffic.ts';
import { createWorlds, type World } from './services/world.ts';
import { apply, remove } from './support/apply.ts';
import { labctl } from './support/cli.ts';
import { addressOf, downLab, type LiveLab, profiles, upLab } from './support/lab.ts';
import { bundle, type Program, type Resident, settle } from './support/resident.ts';

const seed = testSeed();
const firstPort = 20_000;
const portsAPod = 17;

let asker: Program;
let server: Program;
beforeAll(async () => {
  console.log(`seed ${seed}; LABCTL_TEST_SEED repeats it`);
  asker = await bundle(new URL('./services/asker.ts', import.meta.url));
  server = await bundle(new URL('./services/backend-server.ts', import.meta.url));
});

describe.each(profiles)('%s', (profile) => {
  const name = `services-${profile}`;
  const random = randomFrom(seed);
  let live: LiveLab;
  let runtime: NetnsRuntime;
  let askers: Askers;
  let servers: readonly Resident<Listen, 'listening'>[];
  let next: readonly (() => World)[];
  let before: readonly string[];
  let applied: readonly K8sObject[] = [];

  const rows = (node: string): Promise<readonly string[]> =>
    profile === 'kube-proxy' ? chainRows(runtime, node) : mapRows(runtime, node);

  beforeAll(async () => {
    live = await upLab(name, profile, '--no-verify');
    ({ runtime } = await openLab(name));
    servers = await startBackends(runtime, live, server);
    const [pod = '', otherPod = ''] = podsOf(live, 'hello').map(({ metadata }) => metadata.name);
    askers = await startAskers(runtime, pod, otherPod, asker);
    next = createWorlds(random, poolOf(live));
    before = await rows(runtime.nodes[0]?.name ?? '');
  });
  afterAll(async () => {
    await labctl('down', '--name', name);
  });

  /** Deletes what the world no longer has, applies the rest, and waits for the tables. */
  async function become(world: World): Promise<void> {
    const objects = world.services.flatMap((one) => [serviceObject(one), ...sliceObjects(one)]);
    const kept = new Set(objects.map(idOf));
    await remove(
      name,
      applied.filter((object) => !kept.has(idOf(object))),
    );
    await apply(name, objects);
    applied = objects;
    const wanted = profile === 'kube-proxy' ? modelChains(world.services) : modelRows(world.services);
    await converged(runtime, rows, [...before, ...wanted]);
    // kube-proxy ends flows after it has written rules.
    if (profile === 'kube-proxy') {
      await converged(runtime, (node) => staleFlows(runtime, node, world.services), []);
    }
  }

  it.each([
    [0, 'new Services'],
    [1, 'other endpoints'],
    [2, 'other node ports'],
    [3, 'other Services under the addresses of deleted ones'],
  ])('step %i, %s: tables and traffic are those of the model', async (step, title) => {
    const world = next[step]?.();
    if (world === undefined) throw new Error(`no step ${step}`);
    expect(world.title).toBe(title);
    await become(world);
    expect(await contradictions(askers, live, world, random)).toEqual([]);
  });

  it('ends', async () => {
    await askers.end();
    await Promise.all(servers.map((one) => one.end()));
    await downLab(name);
  });
});

describe('spread', () => {
  it.each([
    [{ a: 50, b: 50 }, true],
    [{ a: 60, b: 40 }, true],
    [{ a: 95, b: 5 }, false],
    [{ a: 100 }, false],
    [{ a: 20, b: 24, c: 16, d: 22 }, true],
    [{ a: 60, b: 60, c: 60, d: 4 }, false],
  ])('of %j is even: %s', (answers, even) => {
    expect(
      isEven(answers as Record<string, number>, 'c' in answers ? ['a', 'b', 'c', 'd'] : ['a', 'b']),
    ).toBe(even);
  });
});

const idOf = ({ kind, metadata }: K8sObject): string => `${kind}/${metadata.name}`;

const podsOf = (live: LiveLab, workload: string): Pod[] =>
  live.pods.filter(({ metadata }) => metadata.name.startsWith(`${workload}-`));

/** Of every demo pod, so that each Service has backends near and far. */
const poolOf = (live: LiveLab): Backend[] =>
  podsOf(live, 'demo').flatMap((pod) =>
    Array.from({ length: portsAPod }, (_, index) => ({ address: addressOf(pod), port: firstPort + index })),
  );

const startBackends = (
  runtime: NetnsRuntime,
  live: LiveLab,
  program: Program,
): Promise<Resident<Listen, 'listening'>[]> =>
  Promise.all(
    podsOf(live, 'demo').map(async (pod) => {
      const resident = await settle<Listen, 'listening'>(runtime, { pod: pod.metadata.name }, program);
      await resident.ask({ address: addressOf(pod), first: firstPort, count: portsAPod });
      return resident;
    }),
  );
