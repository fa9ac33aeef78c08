import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ClusterConfig } from '../core/agent-config.ts';
import type { ClusterSource } from '../core/cluster.ts';
import type { Node } from '../core/k8s.ts';
import { silentLog } from '../core/log.ts';
import { ownNode } from './own-node.ts';

const api: ClusterConfig = { source: 'kubernetes', server: null, ipam: 'kubernetes' };
let run: string;
let answer: () => Promise<readonly Node[]>;

beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'labctl-own-'));
  answer = async () => [node('10.244.1.0/24')];
});
afterEach(() => rm(run, { recursive: true }));

const node = (podCIDR: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'a' },
  spec: { podCIDR },
  status: { addresses: [{ type: 'InternalIP', address: '172.18.0.2' }] },
});
const find = (cluster: ClusterConfig = api, name = 'a', hasAddress = () => true) => {
  const source = { list: () => answer() } as unknown as ClusterSource;
  const signal = new AbortController().signal;
  const paths = { run } as Parameters<typeof ownNode>[0]['paths'];
  return ownNode({ node: name, cluster, paths }, { source, log: silentLog, signal, limitMs: 0, hasAddress });
};
const refuse = async (): Promise<never> => {
  throw new Error('connect ECONNREFUSED');
};
const known = { name: 'a', address: '172.18.0.2', podCIDR: '10.244.1.0/24' };

it('tells the node as the API has it, also where another one was known', async () => {
  expect(await find()).toEqual({ node: known, isRemembered: false });
  answer = async () => [node('10.244.7.0/24')];
  expect(await find()).toEqual({ node: { ...known, podCIDR: '10.244.7.0/24' }, isRemembered: false });
});

it('waits while its Node tells an address that the node no longer has', async () => {
  await expect(find(api, 'a', () => false)).rejects.toThrow('172.18.0.2, which is on no device of this node');
});

it('takes the node that was known while the API is away', async () => {
  await find();
  answer = refuse;
  expect(await find()).toEqual({ node: known, isRemembered: true });
});

it('waits for the API where nothing is known, and says what it answers', async () => {
  answer = refuse;
  await expect(find()).rejects.toThrow('last seen: connect ECONNREFUSED');
});

it('does not take a node that was known for one that the API has no pod CIDR of', async () => {
  await find();
  answer = async () => [];
  await expect(find()).rejects.toMatchObject({ message: expect.stringContaining('no such Node object') });
  await expect(find({ ...api, ipam: 'cluster-pool' })).rejects.toMatchObject({
    fix: expect.stringContaining('labctl-operator'),
  });
});

it('remembers nothing in embedded labs, whose objects are files', async () => {
  const directory: ClusterConfig = { source: 'directory', path: run };
  await find(directory);
  answer = refuse;
  await expect(find(directory)).rejects.toThrow('ECONNREFUSED');
});
