import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { EndpointSlice, Service } from '../../src/core/k8s.ts';
import { waitFor } from '../../src/core/wait-for.ts';
import type { BackgroundProcess } from '../../src/platform/background.ts';
import { type Bench, type NodeName, nodeAddress, openBench, type Pod } from './agent-bench.ts';

const kubeProxy = { serviceLB: 'kube-proxy', masquerade: 'iptables', hostRouting: 'stack' } as const;
const kpr = { ...kubeProxy, serviceLB: 'bpf' } as const;
const ebpf = { serviceLB: 'bpf', masquerade: 'bpf', hostRouting: 'bpf' } as const;
const shapes = { 'kube-proxy': kubeProxy, kpr, ebpf } as const;
type Profile = keyof typeof shapes;
/** Every ordered pair once. */
const round: readonly Profile[] = ['kube-proxy', 'kpr', 'ebpf', 'kube-proxy', 'ebpf', 'kpr', 'kube-proxy'];

const clusterIP = '10.96.0.10';
const web: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'default', name: 'web' },
  spec: { type: 'NodePort', clusterIP, ports: [{ port: 7000, targetPort: 7000, nodePort: 32007 }] },
};
const slice = (...pods: readonly Pod[]): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { namespace: 'default', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  ports: [{ port: 7000, protocol: 'TCP' }],
  endpoints: pods.map(({ address, node }) => ({
    addresses: [address],
    nodeName: node,
    conditions: { ready: true },
  })),
});

const echo = `
  require('net').createServer((c) => c.pipe(c).on('error', () => c.destroy()))
    .listen(7000, '0.0.0.0', () => console.log('serving'));
`;
/** Every 10 ms a connection that asks once, and a line of JSON when it is over; SIGUSR2 ends it with the last one. */
const asker = `
  const [host, port] = process.argv.slice(1);
  let open = 0;
  let isEnding = false;
  const ask = () => {
    const begun = Date.now();
    let error = 'closed without an answer';
    open++;
    const c = require('net').connect(Number(port), host, () => c.write('?'));
    c.setTimeout(5000, () => c.destroy(new Error('no answer within 5 s')));
    c.on('data', () => { error = undefined; c.end(); });
    c.on('error', (e) => { error = e.message; });
    c.on('close', () => {
      console.log(JSON.stringify({ begun, over: Date.now(), error }));
      open--;
      if (isEnding && open === 0) console.log('all over');
    });
  };
  const timer = setInterval(ask, 10);
  process.on('SIGUSR2', () => { isEnding = true; clearInterval(timer); ask(); setInterval(() => {}, 1000); });
`;
/** One connection that sends numbered lines for ever and prints each that comes back. */
const talker = `
  const [host, port] = process.argv.slice(1);
  const c = require('net').connect(Number(port), host);
  let n = 0;
  c.on('connect', () => setInterval(() => c.write(++n + '\\n'), 20));
  c.on('data', (d) => process.stdout.write(d));
  for (const end of ['error', 'close']) c.on(end, (e) => { console.log('lost', String(e)); process.exit(1); });
`;
interface Asked {
  readonly begun: number;
  readonly over: number;
  readonly error?: string;
}

let bench: Bench;
let agents: Record<NodeName, BackgroundProcess>;
let client: Pod;

beforeAll(async () => {
  bench = await openBench('switching', { ...kubeProxy, attach: 'auto' });
  agents = { n1: await bench.startAgent('n1'), n2: await bench.startAgent('n2') };
  await Promise.all([bench.ready('n1'), bench.ready('n2')]);
  const servers = [await bench.addPod('n1', 'near'), await bench.addPod('n2', 'far')];
  client = await bench.addPod('n1', 'client');
  for (const pod of servers) {
    const serving = await bench.start(pod, process.execPath, '-e', echo);
    await serving.seen(/serving/, 10_000);
  }
  await bench.put(web, slice(...servers));
});
afterAll(() => bench?.close());
const started: BackgroundProcess[] = [];
afterEach(async () => {
  for (const item of started.splice(0)) await item.stop();
});
async function start(at: Pod | NodeName | 'outside', script: string, ...args: readonly string[]) {
  const item = await bench.start(at, process.execPath, '-e', script, ...args);
  started.push(item);
  return item;
}

/** As `up --profile` does it on every node. */
async function switchTo(profile: Profile): Promise<void> {
  await Promise.all(
    (['n1', 'n2'] as const).map(async (node) => {
      await agents[node].stop();
      agents[node] = await bench.startAgent(node, shapes[profile]);
      await bench.ready(node);
    }),
  );
}

interface Seen {
  readonly chains: boolean;
  readonly masquerade: boolean;
  readonly sockets: number;
  readonly services: boolean;
  readonly routeLocalnet: string;
}
const expected: Readonly<Record<Profile, Seen>> = {
  'kube-proxy': { chains: true, masquerade: true, sockets: 0, services: false, routeLocalnet: '1' },
  kpr: { chains: false, masquerade: true, sockets: 8, services: true, routeLocalnet: '0' },
  ebpf: { chains: false, masquerade: false, sockets: 8, services: true, routeLocalnet: '0' },
};

async function tracesOf(node: NodeName): Promise<Seen> {
  const { links, tables } = JSON.parse((await bench.ask(node, '/status')).body) as {
    links: { hook: string }[];
    tables: { name: string; entries: number }[];
  };
  const rules = (await bench.run(node, 'iptables-save')).stdout;
  const localnet = await bench.run(node, 'cat', '/proc/sys/net/ipv4/conf/all/route_localnet');
  return {
    chains: /KUBE-/.test(rules),
    masquerade: rules.includes('LABCTL-POSTROUTING'),
    sockets: links.filter(({ hook }) => hook.startsWith('cgroup/')).length,
    services: (tables.find(({ name }) => name === 'lab_svc4')?.entries ?? 0) > 0,
    routeLocalnet: localnet.stdout.trim(),
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test.each(round.slice(1).map((to, index) => [round[index] ?? to, to] as const))(
  'every connection to a Service is answered while %s becomes %s',
  async (from, to) => {
    const places = [
      ['a pod to the ClusterIP', client, clusterIP, 7000],
      ['a node to the ClusterIP', 'n2', clusterIP, 7000],
      ['outside to the NodePort of n1', 'outside', nodeAddress.n1, 32007],
      ['outside to the NodePort of n2', 'outside', nodeAddress.n2, 32007],
    ] as const;
    const askers = await Promise.all(
      places.map(async ([name, at, host, port]) => ({
        name,
        asking: await start(at, asker, host, String(port)),
      })),
    );
    const talkers = await Promise.all(
      places.map(async ([name, at, host, port]) => ({
        name,
        talking: await start(at, talker, host, String(port)),
      })),
    );
    for (const { asking } of askers) await asking.seen(/"over":\d+}/, 10_000);
    for (const { talking } of talkers) await talking.seen(/^3$/, 10_000);
    expect(await tracesOf('n1')).toEqual(expected[from]);
    await switchTo(to);
    await pause(500);
    expect(await tracesOf('n1')).toEqual(expected[to]);
    for (const { name, talking } of talkers) {
      const { stdout } = await talking.stop();
      const said = stdout.trim().split('\n');
      expect(said, name).toEqual(said.map((_, index) => String(index + 1)));
      expect(said.length, name).toBeGreaterThan(30);
    }
    const failed = [];
    for (const { name, asking } of askers) {
      process.kill(asking.pid, 'SIGUSR2');
      await asking.seen(/^all over$/, 10_000);
      const lines = (await asking.stop()).stdout.match(/^\{.*\}$/gm) ?? [];
      const asked = lines.map((line) => JSON.parse(line) as Asked);
      expect(asked.length, name).toBeGreaterThan(30);
      failed.push(...asked.filter(({ error }) => error !== undefined).map((each) => ({ name, ...each })));
    }
    expect(failed).toEqual([]);
  },
);

test('a switch that was cut short and taken back leaves nothing of it', async () => {
  await switchTo('ebpf');
  await agents.n1.stop();
  agents.n1 = await bench.startAgent('n1', kubeProxy);
  await waitFor(
    'the first chains',
    async () => {
      const rules = (await bench.run('n1', 'iptables-save')).stdout;
      return rules.includes('KUBE-SERVICES') ? { done: undefined } : { saw: 'none' };
    },
    { timeoutMs: 20_000, intervalMs: 1 },
  );
  process.kill(agents.n1.pid, 'SIGKILL');
  await switchTo('ebpf');
  expect(await tracesOf('n1')).toEqual(expected.ebpf);
});
