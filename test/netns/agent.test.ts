import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DatapathConfig } from '../../src/core/agent-config.ts';
import type { EndpointSlice, Service } from '../../src/core/k8s.ts';
import { podLink } from '../../src/core/names.ts';
import { waitFor } from '../../src/core/wait-for.ts';
import type { BackgroundProcess } from '../../src/platform/background.ts';
import { execLean } from '../../src/platform/exec-lean.ts';
import {
  attachment,
  type Bench,
  type NodeName,
  nodeAddress,
  openBench,
  outsideAddress,
  type Pod,
} from './agent-bench.ts';

type Switches = Pick<DatapathConfig, 'serviceLB' | 'masquerade' | 'hostRouting' | 'attach'>;

const kubeProxy: Switches = {
  serviceLB: 'kube-proxy',
  masquerade: 'iptables',
  hostRouting: 'stack',
  attach: 'auto',
};
const kpr: Switches = { ...kubeProxy, serviceLB: 'bpf' };
const ebpf: Switches = { ...kpr, masquerade: 'bpf', hostRouting: 'bpf' };
const profiles: readonly (readonly [name: string, switches: Switches])[] = [
  ['kube-proxy', kubeProxy],
  ['kpr', kpr],
  ['ebpf', ebpf],
  ['ebpf on clsact', { ...ebpf, attach: 'clsact' }],
];

/** Answers HTTP on 8080 and UDP on 5353 with its name and the client it sees, and echoes on 7000. */
const server = `
  const name = process.argv[1];
  const say = (client) => name + ' ' + client.replace('::ffff:', '');
  require('http').createServer((q, s) => s.end(say(q.socket.remoteAddress))).listen(8080, '0.0.0.0');
  require('net').createServer((c) => c.pipe(c).on('error', () => c.destroy())).listen(7000, '0.0.0.0');
  const udp = require('dgram').createSocket('udp4');
  udp.on('message', (m, from) => udp.send(say(from.address), from.port, from.address)).bind(5353, () => console.log('serving'));
`;
/** Sends numbered lines for ever, prints each that comes back. */
const talker = `
  const [host, port] = process.argv.slice(1);
  const c = require('net').connect(Number(port), host);
  let n = 0;
  c.on('connect', () => setInterval(() => c.write(++n + '\\n'), 20));
  c.on('data', (d) => process.stdout.write(d));
  for (const end of ['error', 'close']) c.on(end, (e) => { console.log('lost', String(e)); process.exit(1); });
`;
/** One datagram after the other from the same port. */
const keepAsking = `
  const [host, port] = process.argv.slice(1);
  const udp = require('dgram').createSocket('udp4');
  udp.on('message', (m) => console.log(String(m)));
  setInterval(() => udp.send('?', Number(port), host), 50);
`;
const askUdp = `
  const [host, port] = process.argv.slice(1);
  const udp = require('dgram').createSocket('udp4');
  udp.on('message', (m, from) => { console.log(m + ' from ' + from.address + ':' + from.port); process.exit(0); });
  udp.send('?', Number(port), host);
  setTimeout(() => process.exit(1), 3000);
`;

const clusterIP = '10.96.0.10';
const web: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'default', name: 'web' },
  spec: {
    type: 'NodePort',
    clusterIP,
    ports: [
      { name: 'http', port: 80, targetPort: 8080, nodePort: 32000 },
      { name: 'echo', port: 7000, targetPort: 7000, nodePort: 32007 },
      { name: 'udp', port: 53, targetPort: 5353, protocol: 'UDP', nodePort: 32053 },
    ],
  },
};
const slice = (...pods: readonly Pod[]): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { namespace: 'default', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  ports: [
    { name: 'http', port: 8080, protocol: 'TCP' },
    { name: 'echo', port: 7000, protocol: 'TCP' },
    { name: 'udp', port: 5353, protocol: 'UDP' },
  ],
  endpoints: pods.map((pod) => ({
    addresses: [pod.address],
    nodeName: pod.node,
    conditions: { ready: true },
  })),
});

describe.each(profiles)('%s', (profile, switches) => {
  let bench: Bench;
  let agents: Record<NodeName, BackgroundProcess>;
  let near: Pod;
  let far: Pod;
  let client: Pod;

  beforeAll(async () => {
    bench = await openBench(profile, switches);
    agents = { n1: await bench.startAgent('n1'), n2: await bench.startAgent('n2') };
    await Promise.all([bench.ready('n1'), bench.ready('n2')]);
    [near, far, client] = [
      await bench.addPod('n1', 'near'),
      await bench.addPod('n2', 'far'),
      await bench.addPod('n1', 'client'),
    ];
    for (const pod of [near, far]) {
      const serving = await bench.start(pod, process.execPath, '-e', server, pod.id);
      await serving.seen(/serving/, 10_000);
    }
    await bench.put(web, slice(near, far));
    await answers(client, `${clusterIP}:80`, /^(near|far) /);
  });
  afterAll(() => bench?.close());

  const curl = async (at: Pod | NodeName | 'outside', target: string): Promise<string> => {
    const { stdout, stderr, exitCode } = await bench.run(at, 'curl', '-sS', '-m', '2', `http://${target}/`);
    return exitCode === 0 ? stdout : `exit ${exitCode}: ${stderr.trim()}`;
  };
  /** Asks until the answer is as wanted: Services are programmed a moment after they are written. */
  const answers = (at: Pod | NodeName | 'outside', target: string, wanted: RegExp): Promise<string> =>
    waitFor(
      `${target} answers ${wanted}`,
      async () => {
        const saw = await curl(at, target);
        return wanted.test(saw) ? { done: saw } : { saw };
      },
      { timeoutMs: 10_000, intervalMs: 20 },
    );
  /** Ten answers in a row tell the table of one backend from that of two; either may answer until then, and none fails. */
  const answersTenTimes = async (at: Pod | 'outside', target: string, wanted: string): Promise<void> => {
    let inRow = 0;
    await waitFor(
      `${target} answers by ${wanted} alone`,
      async () => {
        const saw = await curl(at, target);
        expect(saw).toMatch(/^(near|far) /);
        inRow = saw.startsWith(`${wanted} `) ? inRow + 1 : 0;
        return inRow === 10 ? { done: undefined } : { saw };
      },
      { timeoutMs: 20_000, intervalMs: 20 },
    );
  };
  const ping = async (at: Pod | NodeName, address: string): Promise<string> =>
    (await bench.run(at, 'ping', '-c', '2', '-i', '0.1', '-W', '2', address)).stdout;

  test('pods, nodes and the outside reach each other', async () => {
    for (const [at, address] of [
      [client, near.address],
      [client, far.address],
      [far, client.address],
      [client, nodeAddress.n1],
      [client, nodeAddress.n2],
      [client, '10.244.1.1'],
      [client, outsideAddress],
      ['n1', near.address],
      ['n1', far.address],
    ] as const) {
      expect(await ping(at, address), `to ${address}`).toContain(' 0% packet loss');
    }
  });

  test('pods see the address of pods, the world sees the node', async () => {
    expect(await curl(client, `${far.address}:8080`)).toBe(`far ${client.address}`);
    expect(await curl(client, `${near.address}:8080`)).toBe(`near ${client.address}`);
    const serving = await bench.start('outside', process.execPath, '-e', server, 'world');
    await serving.seen(/serving/, 10_000);
    expect(await curl(client, `${outsideAddress}:8080`)).toBe(`world ${nodeAddress.n1}`);
    await serving.stop();
  });

  test('a Service is reached by ClusterIP from pods and nodes, on all its backends', async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 30; i++) seen.add((await curl(client, `${clusterIP}:80`)).split(' ')[0] ?? '');
    expect(seen).toEqual(new Set(['near', 'far']));
    expect(await curl('n1', `${clusterIP}:80`)).toMatch(/^(near|far) /);
    expect(await curl('n2', `${clusterIP}:80`)).toMatch(/^(near|far) /);
  });

  test('a UDP answer comes from the Service', async () => {
    const { stdout } = await bench.run(client, process.execPath, '-e', askUdp, clusterIP, '53');
    expect(stdout).toMatch(new RegExp(`^(near|far) .* from ${clusterIP}:53`));
  });

  test('a NodePort is reached on every node, from outside and from a pod', async () => {
    for (const node of ['n1', 'n2'] as const) {
      const seen = new Set<string>();
      for (let i = 0; i < 20; i++) {
        seen.add((await curl('outside', `${nodeAddress[node]}:32000`)).split(' ')[0] ?? '');
      }
      expect(seen, node).toEqual(new Set(['near', 'far']));
      expect(await curl(client, `${nodeAddress[node]}:32000`)).toMatch(/^(near|far) /);
    }
  });

  test('endpoints come and go at once, and none is refused', async () => {
    await bench.put(slice(far));
    await answersTenTimes(client, `${clusterIP}:80`, 'far');
    await bench.put(slice());
    await answers(client, `${clusterIP}:80`, /refused|Could not connect|Couldn't connect/);
    await bench.put(slice(near, far));
    await answers(client, `${clusterIP}:80`, /^(near|far) /);
  });

  test('datagrams of one socket follow the backends', async () => {
    await bench.put(slice(near));
    await answersTenTimes('outside', `${nodeAddress.n1}:32000`, 'near');
    const asking = await bench.start('outside', process.execPath, '-e', keepAsking, nodeAddress.n1, '32053');
    await asking.seen(/^near /, 10_000);
    await bench.put(slice(far));
    await asking.seen(/^far /, 10_000);
    await asking.stop();
    await bench.put(slice(near, far));
  });

  test('connections live through kill -9 of the agents and through their restart', async () => {
    const talkers = [
      await bench.start(client, process.execPath, '-e', talker, far.address, '7000'),
      await bench.start(client, process.execPath, '-e', talker, clusterIP, '7000'),
      await bench.start('outside', process.execPath, '-e', talker, nodeAddress.n1, '32007'),
    ];
    for (const item of talkers) await item.seen(/^3$/, 5000);
    for (const node of ['n1', 'n2'] as const) {
      process.kill(agents[node].pid, 'SIGKILL');
      await agents[node].stop();
    }
    expect(await curl(client, `${clusterIP}:80`)).toMatch(/^(near|far) /);
    expect(await curl('outside', `${nodeAddress.n2}:32000`)).toMatch(/^(near|far) /);
    expect((await bench.plugin('n1', attachment('STATUS', '', ''))).answer).toMatchObject({ code: 11 });

    agents = { n1: await bench.startAgent('n1'), n2: await bench.startAgent('n2') };
    await Promise.all([bench.ready('n1'), bench.ready('n2')]);
    const status = JSON.parse((await bench.ask('n1', '/status')).body) as { endpoints: number };
    expect(status.endpoints).toBe(2);
    for (const item of talkers) {
      const { stdout } = await waitForMore(item);
      expect(stdout).not.toContain('lost');
    }
    expect(await curl(client, `${clusterIP}:80`)).toMatch(/^(near|far) /);
  });

  /** Lets the talker go on for a moment, then ends it; every number must have come back in order. */
  const waitForMore = async (item: BackgroundProcess): Promise<{ readonly stdout: string }> => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const printed = await item.stop();
    const numbers = printed.stdout.trim().split('\n').map(Number);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(numbers.length).toBeGreaterThan(20);
    return printed;
  };

  test('ADD is repeatable, CHECK sees damage, DEL leaves nothing', async () => {
    const env = (command: string): Record<string, string> => attachment(command, near.id, near.namespace);
    expect((await bench.plugin('n1', env('ADD'))).answer).toEqual(near.result);
    const checked = { prevResult: near.result };
    expect(await bench.plugin('n1', env('CHECK'), checked)).toEqual({ exitCode: 0, answer: undefined });

    const extra = await bench.addPod('n1', 'extra');
    const link = podLink(extra.id, 'eth0');
    await bench.run(extra, 'ip', 'addr', 'flush', 'dev', 'eth0');
    const damaged = await bench.plugin('n1', attachment('CHECK', extra.id, extra.namespace), {
      prevResult: extra.result,
    });
    expect(damaged).toMatchObject({
      exitCode: 1,
      answer: { code: 101, details: expect.stringContaining(extra.address) },
    });
    await bench.deletePod(extra);
    expect((await bench.run('n1', 'ip', 'link', 'show', 'dev', link)).exitCode).not.toBe(0);
    expect(readdirSync(join(bench.config('n1').paths.pins, 'links')).join()).not.toContain(link);
    expect((await bench.run('n1', 'ip', 'route', 'show', extra.address)).stdout).toBe('');
    expect(readdirSync(join(bench.directory, 'n1', 'endpoints'))).toHaveLength(2);
  });

  test('ADD that cannot be done leaves nothing', async () => {
    const before = (await bench.run('n1', 'ip', '-o', 'link')).stdout.split('\n').length;
    const second = await bench.plugin('n1', attachment('ADD', 'second', near.namespace));
    expect(second).toMatchObject({ exitCode: 1, answer: { msg: expect.stringContaining('File exists') } });
    expect((await bench.run('n1', 'ip', '-o', 'link')).stdout.split('\n')).toHaveLength(before);
    expect(readdirSync(join(bench.directory, 'n1', 'endpoints'))).toHaveLength(2);
  });

  test('a pod that went while the agent was away is cleaned at its start', async () => {
    const lost = await bench.addPod('n2', 'lost');
    process.kill(agents.n2.pid, 'SIGKILL');
    await agents.n2.stop();
    await execLean('ip', ['netns', 'delete', lost.namespace]);
    agents.n2 = await bench.startAgent('n2');
    await bench.ready('n2');
    const { addresses, endpoints } = JSON.parse((await bench.ask('n2', '/status')).body) as {
      addresses: { held: number };
      endpoints: number;
    };
    expect([addresses.held, endpoints]).toEqual([1, 1]);
    expect(readdirSync(join(bench.config('n2').paths.pins, 'links')).join()).not.toContain(
      podLink(lost.id, 'eth0'),
    );
  });

  test('metrics and flows tell of the traffic', async () => {
    await ping(client, far.address);
    const metrics = (await bench.ask('n1', '/metrics')).body;
    expect(metrics).toMatch(/labctl_forward_packets_total\{code="\w+",direction="from_container"\} [1-9]/);
    expect(metrics).toMatch(/labctl_table_entries\{table="lab_endpoints"\} 2/);
    const flows = (await bench.ask('n1', '/flows')).body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(flows).toContainEqual(
      expect.objectContaining({ type: 'new', protocol: 'icmp', destination: `${far.address}:0` }),
    );
  });
});

test('switches are turned by a restart, and the old way leaves no trace', async () => {
  const bench = await openBench('kpr', kpr);
  try {
    await bench.put(web);
    const seen = [];
    for (const switches of [kpr, kubeProxy, ebpf]) {
      const agent = await bench.startAgent('n1', switches);
      await bench.ready('n1');
      const { links, tables } = JSON.parse((await bench.ask('n1', '/status')).body) as {
        links: { hook: string }[];
        tables: { name: string; entries: number }[];
      };
      const { stdout } = await bench.run('n1', 'iptables-save');
      seen.push({
        sockets: links.filter(({ hook }) => hook.startsWith('cgroup/')).length,
        services: tables.find(({ name }) => name === 'lab_svc4')?.entries,
        chains: /KUBE-SVC-|KUBE-SERVICES/.test(stdout),
        masquerade: stdout.includes('-j MASQUERADE'),
      });
      await agent.stop();
    }
    expect(seen).toEqual([
      { sockets: 8, services: 6, chains: false, masquerade: true },
      { sockets: 0, services: 0, chains: true, masquerade: true },
      { sockets: 8, services: 6, chains: false, masquerade: false },
    ]);
  } finally {
    await bench.close();
  }
});
