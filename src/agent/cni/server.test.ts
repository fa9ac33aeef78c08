import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Cidr4, Ip4 } from '../../core/ip.ts';
import { silentLog } from '../../core/log.ts';
import type { EndpointRecord } from '../endpoints/record.ts';
import { type EndpointStore, openEndpointStore } from '../endpoints/store.ts';
import { createPool, freshPool } from '../ipam/pool.ts';
import { createKeyedQueue } from '../keyed-queue.ts';
import type { CniContext } from './commands.ts';
import { serveCni } from './server.ts';

let directory: string;
let store: EndpointStore;
let context: CniContext;
/** The kernel as the test sees it: links and attached endpoints by address. */
let links: Set<string>;
let attached: Set<string>;
let failing: string;
let unready: string | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cni-'));
  store = await openEndpointStore(directory);
  [links, attached, failing, unready] = [new Set(), new Set(), '', undefined];
  const step = (name: string): void => {
    if (failing === name) throw new Error(`${name} failed`);
  };
  context = {
    gateway: '10.244.1.1' as Ip4,
    queue: createKeyedQueue(),
    unready: () => unready,
    patienceMs: 50,
    endpoints: {
      store,
      pool: createPool('10.244.1.0/29' as Cidr4, freshPool, []),
      savePool: async () => undefined,
      podMtu: 1500,
      kernel: {
        netnsId: async (path) => (path.startsWith('/run/netns/') ? path.slice(11) : undefined),
        prepareNamespace: async () => step('prepare'),
        makeLinks: async (record) => {
          links.add(record.address);
          step('links');
          return 7;
        },
        removeLinks: async (record) => {
          links.delete(record.address);
        },
        attach: async (record) => {
          attached.add(record.address);
          step('attach');
        },
        detach: async (record) => {
          attached.delete(record.address);
        },
        problems: async (record) => (links.has(record.address) ? [] : ['no link']),
      },
    },
  };
});
afterEach(() => rm(directory, { recursive: true }));

interface Call {
  readonly id?: string;
  readonly netns?: string;
  readonly ifName?: string;
  readonly config?: Readonly<Record<string, unknown>>;
}

async function call(command: string, options: Call = {}): Promise<Record<string, unknown>> {
  const env = {
    CNI_COMMAND: command,
    CNI_CONTAINERID: options.id ?? 'a',
    CNI_NETNS: options.netns ?? '/run/netns/pod-a',
    CNI_IFNAME: options.ifName ?? 'eth0',
    CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web',
  };
  const stdin = JSON.stringify({
    cniVersion: '1.1.0',
    name: 'labctl',
    type: 'labctl-cni',
    ...options.config,
  });
  const reply = await serveCni(context, JSON.stringify({ env, stdin }), silentLog);
  return { ok: reply.ok, ...(reply.body === '' ? {} : JSON.parse(reply.body)) };
}

test('ADD answers with the interfaces, the address and the gateway', async () => {
  expect(await call('ADD')).toMatchObject({
    ok: true,
    cniVersion: '1.1.0',
    interfaces: [
      { name: expect.stringMatching(/^lxc/), mtu: 1500 },
      { name: 'eth0', sandbox: '/run/netns/pod-a' },
    ],
    ips: [{ address: '10.244.1.2/32', gateway: '10.244.1.1', interface: 1 }],
    routes: [{ dst: '0.0.0.0/0', gw: '10.244.1.1' }],
  });
  expect(store.get('a', 'eth0')).toMatchObject({
    phase: 'ready',
    ifindex: 7,
    pod: { namespace: 'default', name: 'web' },
  });
  expect([...attached]).toEqual(['10.244.1.2']);
});

test('ADD speaks the version of the configuration', async () => {
  const old = await call('ADD', { config: { cniVersion: '0.4.0' } });
  expect(old).toMatchObject({ cniVersion: '0.4.0', ips: [{ version: '4' }] });
  expect(old.interfaces).not.toContainEqual(expect.objectContaining({ mtu: 1500 }));
});

test('a repeated ADD answers the same and takes no second address', async () => {
  const first = await call('ADD');
  expect(await call('ADD')).toEqual(first);
  expect(context.endpoints.pool.held()).toBe(1);
});

test('two ADDs of one attachment at the same time make one endpoint', async () => {
  const [a, b] = await Promise.all([call('ADD'), call('ADD')]);
  expect(a).toEqual(b);
  expect(store.all()).toHaveLength(1);
});

test('ADDs side by side get different addresses and ids', async () => {
  await Promise.all(['a', 'b', 'c'].map((id) => call('ADD', { id, netns: `/run/netns/${id}` })));
  const records = store.all();
  expect(new Set(records.map((record) => record.address)).size).toBe(3);
  expect(new Set(records.map((record) => record.id))).toEqual(new Set([1, 2, 3]));
});

test('ADD into another living namespace is refused until DEL', async () => {
  await call('ADD');
  expect(await call('ADD', { netns: '/run/netns/other' })).toMatchObject({ ok: false, code: 100 });
  await call('DEL');
  expect(await call('ADD', { netns: '/run/netns/other' })).toMatchObject({ ok: true });
});

test.each(['prepare', 'links', 'attach'])('ADD that fails at %s leaves nothing', async (step) => {
  failing = step;
  expect(await call('ADD')).toMatchObject({ ok: false, msg: `${step} failed` });
  expect([store.all().length, context.endpoints.pool.held(), links.size, attached.size]).toEqual([
    0, 0, 0, 0,
  ]);
  expect((await openEndpointStore(directory)).all()).toEqual([]);
});

test('ADD without a free address is code 11 and makes nothing', async () => {
  for (const id of ['a', 'b', 'c', 'd', 'e']) expect(await call('ADD', { id })).toMatchObject({ ok: true });
  expect(await call('ADD', { id: 'f' })).toMatchObject({ ok: false, code: 11 });
  expect([store.all().length, links.size]).toEqual([5, 5]);
  await call('DEL', { id: 'c' });
  expect(await call('ADD', { id: 'f' })).toMatchObject({ ok: true, ips: [{ address: '10.244.1.4/32' }] });
});

test('ADD before the first sync waits for it', async () => {
  unready = 'first sync is not programmed';
  const asked = call('ADD');
  setTimeout(() => {
    unready = undefined;
  }, 10);
  expect(await asked).toMatchObject({ ok: true });
});

test('ADD says try again later when the first sync takes too long', async () => {
  unready = 'first sync is not programmed';
  expect(await call('ADD')).toMatchObject({ ok: false, code: 11 });
  expect(await call('STATUS')).toMatchObject({ ok: false, code: 50 });
  unready = undefined;
  expect(await call('STATUS')).toEqual({ ok: true });
});

test('DEL frees the endpoint, is repeatable, and needs no namespace', async () => {
  await call('ADD');
  expect(await call('DEL', { netns: '' })).toEqual({ ok: true });
  expect(await call('DEL')).toEqual({ ok: true });
  expect([store.all().length, links.size, attached.size]).toEqual([0, 0, 0]);
});

test('CHECK compares with prevResult and with the kernel', async () => {
  const { ok, ...prevResult } = await call('ADD');
  expect(ok).toBe(true);
  expect(await call('CHECK', { config: { prevResult } })).toEqual({ ok: true });
  expect(await call('CHECK')).toMatchObject({ code: 7 });
  expect(
    await call('CHECK', { config: { prevResult: { ips: [{ address: '10.9.9.9/32' }] } } }),
  ).toMatchObject({
    code: 101,
    details: expect.stringContaining('10.244.1.2/32'),
  });
  links.clear();
  expect(await call('CHECK', { config: { prevResult } })).toMatchObject({ code: 101, details: 'no link' });
  await call('DEL');
  expect(await call('CHECK', { config: { prevResult } })).toMatchObject({ code: 3 });
});

test('GC removes what the runtime does not name', async () => {
  for (const id of ['a', 'b']) await call('ADD', { id });
  const config = { 'cni.dev/valid-attachments': [{ containerID: 'b', ifname: 'eth0' }] };
  expect(await call('GC', { config })).toEqual({ ok: true });
  expect(store.all().map((record: EndpointRecord) => record.containerId)).toEqual(['b']);
  expect(await call('GC')).toMatchObject({ ok: false, code: 7 });
});

test('VERSION lists the versions, whatever the configuration has', async () => {
  const supportedVersions = ['0.4.0', '1.0.0', '1.1.0'];
  expect(await call('VERSION')).toEqual({ ok: true, cniVersion: '1.1.0', supportedVersions });
  expect(await call('VERSION', { config: { cniVersion: '9' } })).toMatchObject({
    ok: true,
    supportedVersions,
  });
});

test.each<[string, string, Call, number]>([
  ['an unknown command', 'HELLO', {}, 4],
  ['an empty container id', 'ADD', { id: '' }, 4],
  ['a container id that is a path', 'ADD', { id: '../x' }, 4],
  ['a long interface name', 'ADD', { ifName: 'abcdefghijklmnop' }, 4],
  ['a namespace with a line break', 'ADD', { netns: '/run/netns/a\nlink del x' }, 4],
  ['a namespace that is none', 'ADD', { netns: '/tmp/none' }, 3],
  ['a version before ours', 'ADD', { config: { cniVersion: '0.2.0' } }, 1],
  ['GC of a version without it', 'GC', { config: { cniVersion: '1.0.0' } }, 1],
])('refuses %s', async (_, command, options, code) => {
  expect(await call(command, options)).toMatchObject({ ok: false, code });
});

test.each([
  ['no JSON', '{'],
  ['no env', '{"stdin":""}'],
  ['null', 'null'],
  ['a configuration that is no JSON', JSON.stringify({ env: { CNI_COMMAND: 'ADD' }, stdin: '{' })],
])('refuses a call with %s', async (_, body) => {
  const reply = await serveCni(context, body, silentLog);
  expect([reply.ok, JSON.parse(reply.body).code]).toEqual([false, 6]);
});
