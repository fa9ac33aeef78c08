import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Pod } from '../../../src/core/k8s.ts';
import { isReady, type KindLab, podsReady, until } from '../support/kind-lab.ts';
import { kindStage } from '../support/kind-stage.ts';
import type { RequestReport } from './protocol.ts';
import { type RequestPlace, type Requests, startRequests } from './requests.ts';

/** Of each place. What a busy machine delays is made up for within the phase. */
const perSecond = 125;
/** Of all places together. */
const leastPerSecond = 200;
const atLeastMs = 10_000;
const makeUpMs = 60_000;
const limitMs = 240_000;
const demoNodePort = 32000;
/** Below those that Kubernetes gives by itself, so that nobody has it. */
const helloNodePort = 30081;

/** 2 -> 20 -> 2 replicas; each of the 20 serves requests from a pod and from outside. */
export async function scaleUnderRequests(lab: KindLab): Promise<void> {
  const service = 'hello-outside';
  await lab.apply(nodePortService(service, 'hello', helloNodePort));
  const [client] = await lab.pods('default', 'app=demo');
  const first = await lab.pods('default', 'app=hello');
  // The two that verify knows, on two nodes, are those that stay.
  const stay = 'controller.kubernetes.io/pod-deletion-cost=1000';
  for (const { metadata } of first) await lab.kubectl('annotate', 'pod', metadata.name, '--overwrite', stay);
  try {
    await underRequests(lab, await placesOf(lab, client, service, helloNodePort), async (requests) => {
      await lab.kubectl('scale', 'deployment/hello', '--replicas=20');
      await podsReady(lab, 'default', 'app=hello', 20, limitMs);
      const all = await lab.pods('default', 'app=hello');
      await answersOf(requests, (seen, _latest) => all.every(({ metadata }) => seen.has(metadata.name)));
      await lab.kubectl('scale', 'deployment/hello', '--replicas=2');
      await podsReady(lab, 'default', 'app=hello', 2, limitMs);
      const left = new Set(first.map(({ metadata }) => metadata.name));
      await answersOf(requests, (_seen, latest) => latest.length > 0 && latest.every((pod) => left.has(pod)));
    });
  } finally {
    await lab.kubectl('delete', 'service', service);
  }
}

/** The demo's pods are replaced node by node, each while requests come in by its own node as well. */
export async function rollOutUnderRequests(lab: KindLab): Promise<void> {
  const [client] = await lab.pods('default', 'app=hello');
  await underRequests(lab, await placesOf(lab, client, 'demo', demoNodePort), async () => {
    await lab.kubectl('rollout', 'restart', 'daemonset/demo');
    await lab.kubectl('rollout', 'status', 'daemonset/demo', `--timeout=${limitMs / 1000}s`);
  });
}

/** One pod is deleted and another takes its place. */
export async function restartPodsUnderRequests(lab: KindLab): Promise<void> {
  const [client] = await lab.pods('default', 'app=hello');
  const node = client?.spec.nodeName ?? '';
  const demoOn = async (): Promise<Pod | undefined> =>
    (await lab.pods('default', 'app=demo')).find(
      ({ spec, metadata }) => spec.nodeName === node && metadata.deletionTimestamp === undefined,
    );
  await underRequests(lab, await placesOf(lab, client, 'demo', demoNodePort), async () => {
    const before = await demoOn();
    await lab.kubectl('delete', 'pod', before?.metadata.name ?? '');
    await podsReady(lab, 'default', 'app=demo', 3, limitMs);
    expect((await demoOn())?.metadata.name).not.toBe(before?.metadata.name);
  });
}

/** A container that ends is started again in its pod's network, by the same address. */
export async function restartContainer(lab: KindLab): Promise<void> {
  const [asker, before] = await lab.pods('default', 'app=demo');
  const name = before?.metadata.name ?? '';
  const find = async (): Promise<Pod | undefined> =>
    (await lab.pods('default', 'app=demo')).find(({ metadata }) => metadata.name === name);
  const restarts = (pod: Pod | undefined): number => pod?.status?.containerStatuses?.[0]?.restartCount ?? 0;
  await lab.kubectl('exec', name, '--', 'sh', '-c', 'kill 1');
  await until(
    'the container to be ready again',
    async () => {
      const now = await find();
      return now !== undefined && isReady(now) && restarts(now) > restarts(before);
    },
    limitMs,
  );
  const address = before?.status?.podIP ?? '';
  expect((await find())?.status?.podIP).toBe(address);
  const curl = ['curl', '-sS', '--max-time', '5', `http://${address}/`];
  expect(await lab.kubectl('exec', asker?.metadata.name ?? '', '--', ...curl)).toContain(name);
}

async function underRequests(
  lab: KindLab,
  places: readonly RequestPlace[],
  work: (requests: Requests) => Promise<void>,
): Promise<void> {
  const requests = await startRequests(await kindStage(lab), places, perSecond);
  const startedAt = performance.now();
  // Those that are under way tell more than an error of the work alone would.
  const failed = await work(requests).then(
    () => undefined,
    (error: unknown) => error ?? 'failed',
  );
  await sleep(Math.max(0, atLeastMs - (performance.now() - startedAt)));
  await madeUp(requests);
  const reports = await requests.stop();
  for (const [title, { answered: _, ...figures }] of Object.entries(reports)) {
    console.log(`${lab.name}, ${title}: ${JSON.stringify(figures)}`);
  }
  if (failed !== undefined) throw failed;
  for (const { title } of places) {
    expect(reports[title]?.failures, title).toEqual({});
  }
  expect(paceOf(reports), 'new connections per second').toBeGreaterThanOrEqual(leastPerSecond);
}

/** What came short while the machine was busy is made up for; a pace that never comes is seen by the result. */
async function madeUp(requests: Requests): Promise<void> {
  const endsAt = performance.now() + makeUpMs;
  while (paceOf(await requests.look()) < leastPerSecond && performance.now() < endsAt) await sleep(250);
}

const paceOf = (reports: Readonly<Record<string, RequestReport>>): number =>
  Object.values(reports).reduce((sum, { perSecond }) => sum + perSecond, 0);

async function placesOf(
  lab: KindLab,
  client: Pod | undefined,
  service: string,
  nodePort: number,
): Promise<readonly RequestPlace[]> {
  const clusterIP = await lab.kubectl('get', 'service', service, '-o', 'jsonpath={.spec.clusterIP}');
  const node = (await lab.nodes()).find(({ metadata }) => metadata.name === client?.spec.nodeName);
  const nodeAddress = node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  return [
    {
      title: 'pod to ClusterIP',
      from: { pod: client?.metadata.name ?? '' },
      to: { address: clusterIP, port: 8080 },
    },
    {
      title: 'outside to NodePort',
      from: { role: 'client' },
      to: { address: nodeAddress, port: nodePort },
    },
  ];
}

/** Waits until the pods that answered at each place, since now and since the last look, are those wanted. */
async function answersOf(
  requests: Requests,
  isWanted: (seen: ReadonlySet<string>, latest: readonly string[]) => boolean,
): Promise<void> {
  await requests.look();
  const seen: Record<string, Set<string>> = {};
  await until(
    'the wanted pods to answer',
    async () => {
      const reports = Object.entries(await requests.look());
      return reports.every(([title, { answered }]) => {
        seen[title] = new Set([...(seen[title] ?? []), ...answered]);
        return isWanted(seen[title], answered);
      });
    },
    limitMs,
  );
}

const nodePortService = (name: string, app: string, nodePort: number): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: {
    type: 'NodePort',
    selector: { app },
    ports: [{ name: 'http', port: 8080, targetPort: 'http', nodePort }],
  },
});
