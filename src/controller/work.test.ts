import { expect, test } from 'vitest';
import { type Deployment, type Kind, keyOf, type Node, type ObjectOf, type Pod } from '../core/k8s.ts';
import { silentLog } from '../core/log.ts';
import { waitFor } from '../core/wait-for.ts';
import { assignNodes } from './assign-nodes.ts';
import type { Cache } from './cache.ts';
import { type Queues, route } from './work.ts';
import { createWorkQueue, type WorkQueue } from './work-queue.ts';

const node = (name: string, spec: Node['spec'] = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec,
});
const pod = (name: string, change: { nodeName?: string; deletionTimestamp?: string } = {}): Pod => {
  const { deletionTimestamp, ...spec } = change;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec: { containers: [{ name: 'a', image: 'demo' }], ...spec },
  };
};
const deployment: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'hello', namespace: 'default' },
  spec: { selector: { matchLabels: {} }, template: { spec: { containers: [] } } },
};

/** Objects in memory; `failures` writes are refused first. */
function fakeCache(objects: readonly ObjectOf[Kind][], failures = 0): Cache {
  const known = new Map(objects.map((object) => [`${object.kind} ${keyOf(object)}`, object]));
  let refused = 0;
  return {
    get: <K extends Kind>(kind: K, key: string) => known.get(`${kind} ${key}`) as ObjectOf[K] | undefined,
    list: <K extends Kind>(kind: K) =>
      [...known.values()].filter((each) => each.kind === kind) as ObjectOf[K][],
    put: async (object) => {
      if (refused++ < failures) throw new Error('the disk is full');
      known.set(`${object.kind} ${keyOf(object)}`, object);
    },
    remove: async (kind, key) => void known.delete(`${kind} ${key}`),
    markDeleted: async () => undefined,
  };
}

function recordingQueues(): { readonly queues: Queues; readonly added: string[] } {
  const added: string[] = [];
  const queue = (name: string): WorkQueue => ({
    add: (key) => void added.push(`${name}: ${key}`),
    addLater: () => undefined,
    close: () => undefined,
  });
  const queues = {
    nodes: queue('nodes'),
    pods: queue('pods'),
    workloads: queue('workloads'),
    services: queue('services'),
  };
  return { queues, added };
}

test('a pod that never got a node and is deleted is looked at', () => {
  const { queues, added } = recordingQueues();
  const now = pod('lost', { deletionTimestamp: '2026-01-01T00:00:00Z' });
  route({ kind: 'Pod', before: pod('lost'), now }, queues, fakeCache([now]));
  expect(added).toContain('pods: default/lost');
});

test('a node that comes back gets its Deployments and waiting pods', () => {
  const { queues, added } = recordingQueues();
  const now = node('w1');
  route({ kind: 'Node', before: undefined, now }, queues, fakeCache([now, deployment]));
  expect(added).toEqual(['nodes: without a node', 'workloads: Deployment default/hello']);
});

test('pods go one after the other to the emptiest node that takes pods', async () => {
  const cache = fakeCache([
    ...[node('w1'), node('w2'), node('w3', { unschedulable: true })],
    ...[pod('a', { nodeName: 'w1' }), pod('b'), pod('c'), pod('d'), pod('e', { deletionTimestamp: 'now' })],
  ]);
  await assignNodes(cache);
  const nodes = cache.list('Pod').map(({ metadata, spec }) => [metadata.name, spec.nodeName]);
  expect(Object.fromEntries(nodes)).toEqual({ a: 'w1', b: 'w2', c: 'w1', d: 'w2', e: undefined });
});

test('a node that cannot be written is tried again, and ends nothing', async () => {
  const cache = fakeCache([node('w1'), pod('a')], 2);
  const queue = createWorkQueue('pods', () => assignNodes(cache), silentLog);
  queue.add('without a node');
  await waitFor(
    'a node for the pod',
    async () =>
      cache.get('Pod', 'default/a')?.spec.nodeName === 'w1' ? { done: undefined } : { saw: 'none yet' },
    { timeoutMs: 2000, intervalMs: 5 },
  );
  queue.close();
});
