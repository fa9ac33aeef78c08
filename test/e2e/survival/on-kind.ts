import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Pod } from '../../../src/core/k8s.ts';
import type { ProfileName } from '../../../src/profile/profile.ts';
import { sh } from '../support/cli.ts';
import { inContainer, kindAddress } from '../support/docker.ts';
import { agentPids, type KindLab, podsReady, podsStartedAgain, sleeper, until } from '../support/kind-lab.ts';
import { kindStage } from '../support/kind-stage.ts';
import { look } from '../support/lab.ts';
import { bundle } from '../support/resident.ts';
import { placesOf, streamService } from './places.ts';
import { startTraffic, streamsAPlace, tell } from './traffic.ts';

const limitMs = 240_000;
const aliveMs = 1000;
const system = 'labctl-system';
const agents = 'app.kubernetes.io/name=labctl-agent';

/** Every agent is killed, then every kubelet; then agents are replaced one after the other. */
export async function surviveKills(lab: KindLab, profile: ProfileName): Promise<void> {
  const nodes = (await lab.nodes()).map(({ metadata }) => metadata.name);
  await surviveWork(lab, profile, 'agents and kubelets', async () => {
    await Promise.all(nodes.map((node) => replaced(node, agentPids)));
    await podsReady(lab, system, agents, nodes.length, limitMs);
    await Promise.all(nodes.map((node) => replaced(node, kubeletPids)));
    await lab.kubectl('rollout', 'restart', 'daemonset/labctl-agent', '--namespace', system);
    const status = ['rollout', 'status', 'daemonset/labctl-agent', '--namespace', system];
    await lab.kubectl(...status, `--timeout=${limitMs / 1000}s`);
  });
}

/** The node between which and others there are no connections restarts as a machine does, and nobody helps it. */
export async function surviveRestart(lab: KindLab, profile: ProfileName): Promise<void> {
  const { lost } = nodesOf(lab);
  const startedAgain = await podsStartedAgain(lab, lost);
  await surviveWork(lab, profile, `restart of ${lost}`, async () => {
    await sh('docker', 'restart', lost);
    await startedAgain(limitMs);
  });
}

/** Ways that lead over two nodes and past the third. */
const nodesOf = ({ name }: KindLab) => ({
  client: `${name}-control-plane`,
  server: `${name}-worker`,
  lost: `${name}-worker2`,
});

/** Connections on every way, opened before some work and carried through it. */
export async function surviveWork(
  lab: KindLab,
  profile: ProfileName,
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  const live = await look(lab.name, profile);
  const demo = await lab.pods('default', 'app=demo');
  const on = (node: string): Pod => {
    const pod = demo.find(({ spec }) => spec.nodeName === node);
    if (pod === undefined) throw new Error(`no pod of demo on ${node}`);
    return pod;
  };
  const nodes = nodesOf(lab);
  const client = on(nodes.client);
  // A pod of its own: translated connections of one pod may clash with its direct ones to the same server.
  const image = client.spec.containers[0]?.image ?? '';
  await lab.apply(sleeper('stream-client', nodes.client, image));
  await podsReady(lab, 'default', 'app=sleeper', 1, limitMs);
  const [otherClient = client] = await lab.pods('default', 'app=sleeper');
  const scene = { client, otherClient, server: on(nodes.server) };
  const places = placesOf(live, scene, await kindAddress(`labctl-${lab.name}-world`));
  const service = streamService(scene);
  await lab.apply(...service);
  const program = await bundle(new URL('./stream-client.ts', import.meta.url));
  const traffic = await startTraffic(await kindStage(lab), program, places);
  await sleep(aliveMs);
  const failed = await work().then(
    () => undefined,
    (error: unknown) => error ?? 'failed',
  );
  await sleep(aliveMs);
  const reports = await traffic.finish();
  tell(`${lab.name}, ${what}`, reports);
  await lab.kubectl('delete', 'service', service[0].metadata.name);
  await lab.kubectl('delete', 'pod', otherClient.metadata.name);
  if (failed !== undefined) throw failed;
  for (const { title, seen } of places) {
    const report = reports[title];
    expect(report.seen, title).toEqual([seen]);
    expect(report.losses, title).toEqual({});
    expect(report.fresh.failures, title).toEqual({});
    expect(report, title).toMatchObject({ opened: streamsAPlace, lost: 0, echoed: report.sent });
    expect(report.fresh.succeeded, title).toBeGreaterThan(10);
  }
}

/** Kills what runs there and waits until something else does. */
async function replaced(node: string, pids: (node: string) => Promise<readonly string[]>): Promise<void> {
  const before = await pids(node);
  if (before.length === 0) throw new Error(`${node}: there is nothing to kill`);
  await inContainer(node, 'kill', '-9', ...before);
  await until(
    `another process on ${node}`,
    async () => (await pids(node)).some((pid) => !before.includes(pid)),
    limitMs,
  );
}

const kubeletPids = async (node: string): Promise<readonly string[]> =>
  (await inContainer(node, 'sh', '-c', 'pgrep -x kubelet || true')).split('\n').filter((pid) => pid !== '');
