import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EndpointSlice, Pod } from '../../src/core/k8s.ts';
import { openLab } from '../../src/lab/open.ts';
import { recordedProcess } from '../../src/platform/process-record.ts';
import { buildBundle, eventually, labctl, labctlOk } from './runtime-support.ts';

const lab = 't-ctl';
const named = ['--name', lab];

beforeAll(async () => {
  await buildBundle();
  await labctlOk(['up', ...named, '--no-verify']);
});
afterAll(async () => {
  await labctl(['down', ...named]);
});

test('hello runs on two nodes, demo on each', async () => {
  const pods = await podsOf();
  expect(nodesOf(pods, 'demo')).toEqual([`${lab}-control-plane`, `${lab}-worker`, `${lab}-worker2`]);
  expect(nodesOf(pods, 'hello')).toEqual([`${lab}-worker`, `${lab}-worker2`]);
});

test('a pod has its own processes, cgroup and log, and env from its fields', async () => {
  const { runtime } = await openLab(lab);
  const pod = await somePod('hello');
  const inPod = runtime.at({ pod: pod.metadata.name });
  const answer = await inPod('curl', ['-s', '-m', '2', `http://${pod.status?.podIP}:8080/`]);
  expect(JSON.parse(answer.stdout)).toMatchObject({ pod: pod.metadata.name, node: pod.spec.nodeName });
  const cgroup = await inPod('cat', ['/proc/self/cgroup']);
  expect(cgroup.stdout).toContain(`0::/labctl/${lab}/${pod.spec.nodeName}/pod-default.${pod.metadata.name}`);
  const outside = await runtime.at({ pod: pod.metadata.name, outsideCgroup: true })('cat', [
    '/proc/self/cgroup',
  ]);
  expect(outside.stdout).toContain(`0::/labctl/${lab}/outside`);
});

test('programs keep their exit code, and a missing one is told as such', async () => {
  const { runtime } = await openLab(lab);
  const at = runtime.at({ node: `${lab}-worker` });
  expect((await at('sh', ['-c', 'exit 42'], { allowFailure: true })).exitCode).toBe(42);
  await expect(at('no-such-program', [])).rejects.toMatchObject({ code: 'E_COMMAND_MISSING' });
});

test('scaling changes pods and endpoints at once', async () => {
  await scale(4);
  await eventually('four endpoints', async () => ((await readyEndpoints('hello')) === 4 ? true : undefined));
  await scale(2);
  await eventually('two endpoints', async () => ((await readyEndpoints('hello')) === 2 ? true : undefined));
  await eventually('two pods', async () => ((await podsOf('hello')).length === 2 ? true : undefined));
});

test('a process that dies is started again and counted', async () => {
  const pod = await somePod('hello');
  const before = containerPid(pod);
  process.kill(before, 'SIGKILL');
  await eventually('another process', async () => {
    const now = await currentPod(pod);
    const restarts = now?.status?.containerStatuses?.[0]?.restartCount;
    return restarts === 1 && now !== undefined && containerPid(now) !== before ? true : undefined;
  });
  await eventually('ready again', async () => ((await readyEndpoints('hello')) === 2 ? true : undefined));
});

test('pods outlive the controller, and its successor adopts them', async () => {
  const { runtime } = await openLab(lab);
  const before = (await podsOf()).map((pod) => [pod.metadata.name, containerPid(pod)]);
  const controller = await recordedProcess(`/run/labctl/${lab}/controller.pid`);
  process.kill(controller?.pid ?? 0, 'SIGKILL');
  await eventually('it has ended', async () => {
    return (await recordedProcess(`/run/labctl/${lab}/controller.pid`)) === undefined ? true : undefined;
  });
  expect((await labctl(['status', ...named])).exitCode).toBe(1);
  await runtime.startController();
  await scale(3);
  await eventually('it works', async () => ((await readyEndpoints('hello')) === 3 ? true : undefined));
  const after = (await podsOf()).map((pod) => [pod.metadata.name, containerPid(pod)]);
  expect(after).toEqual(expect.arrayContaining(before));
  await scale(2);
  await eventually('two endpoints', async () => ((await readyEndpoints('hello')) === 2 ? true : undefined));
});

test('a killed agent is started again', async () => {
  const { runtime } = await openLab(lab);
  const node = `${lab}-worker`;
  const before = await runtime.agentPid(node);
  process.kill(before ?? 0, 'SIGKILL');
  await eventually('another agent', async () => {
    const now = await runtime.agentPid(node);
    return now !== undefined && now !== before ? true : undefined;
  });
  await eventually('a healthy lab', async () =>
    (await labctl(['status', ...named])).exitCode === 0 ? true : undefined,
  );
});

test('a deleted pod ends gracefully and is replaced; its namespace goes', async () => {
  const pod = await somePod('demo');
  await labctlOk(['delete', 'pod', pod.metadata.name, ...named]);
  await eventually('it is gone', async () => ((await currentPod(pod)) === undefined ? true : undefined));
  const { stdout } = await labctlOk(['exec', ...named, `${lab}-worker`, '--', 'ls', '/run/netns']);
  expect(stdout).not.toContain(pod.metadata.name);
  await eventually('three pods', async () => ((await readyEndpoints('demo')) === 3 ? true : undefined));
});

test('an environment change rolls the Deployment without a moment of no endpoint', async () => {
  const { store } = await openLab(lab);
  const hello = await store.get('Deployment', 'default/hello');
  if (hello === undefined) throw new Error('no hello');
  const old = (await podsOf('hello')).map((pod) => pod.metadata.name);
  const [container] = hello.spec.template.spec.containers;
  if (container === undefined) throw new Error('no container');
  const env = [...(container.env ?? []), { name: 'CHANGED', value: 'yes' }];
  const template = {
    ...hello.spec.template,
    spec: { ...hello.spec.template.spec, containers: [{ ...container, env }] },
  };
  await store.put<'Deployment'>({ ...hello, spec: { ...hello.spec, template } });
  await eventually('new pods only', async () => {
    expect(await readyEndpoints('hello')).toBeGreaterThanOrEqual(2);
    const now = (await podsOf('hello')).map((pod) => pod.metadata.name);
    return now.length === 2 && now.every((name) => !old.includes(name)) ? true : undefined;
  });
});

test('a manifest with conflicts is refused and changes nothing', async () => {
  const manifest = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'thief' },
    spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 32000 }] },
  });
  const refused = await labctl(['apply', '-f', '-', ...named], manifest);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain('32000/TCP is allocated already');
  expect((await labctl(['get', 'services', 'thief', ...named])).exitCode).toBe(4);
});

async function podsOf(app?: string): Promise<Pod[]> {
  const { store } = await openLab(lab);
  return (await store.list('Pod')).filter((pod) => app === undefined || pod.metadata.labels?.app === app);
}

async function somePod(app: string): Promise<Pod> {
  const [pod] = await podsOf(app);
  if (pod === undefined) throw new Error(`no pod of ${app}`);
  return pod;
}

const currentPod = async (pod: Pod): Promise<Pod | undefined> =>
  (await podsOf()).find((each) => each.metadata.uid === pod.metadata.uid);

const nodesOf = (pods: readonly Pod[], app: string): string[] =>
  pods
    .filter((pod) => pod.metadata.labels?.app === app)
    .map((pod) => pod.spec.nodeName ?? '')
    .sort();

function containerPid(pod: Pod): number {
  const text = readFileSync(`/run/labctl/${lab}/pods/default.${pod.metadata.name}.json`, 'utf8');
  const { containers } = JSON.parse(text) as { containers: Record<string, { process: { pid: number } }> };
  return Object.values(containers)[0]?.process.pid ?? 0;
}

async function readyEndpoints(service: string): Promise<number> {
  const { store } = await openLab(lab);
  const slices: EndpointSlice[] = await store.list('EndpointSlice').then((all) => [...all]);
  return slices
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === service)
    .flatMap((slice) => slice.endpoints)
    .filter((endpoint) => endpoint.conditions?.ready === true).length;
}

async function scale(replicas: number): Promise<void> {
  const { store } = await openLab(lab);
  const hello = await store.get('Deployment', 'default/hello');
  if (hello === undefined) throw new Error('no hello');
  await store.put<'Deployment'>({ ...hello, spec: { ...hello.spec, replicas } });
}
