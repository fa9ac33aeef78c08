import { expect, test } from 'vitest';
import type { ClusterEvent, ClusterSource } from '../../core/cluster.ts';
import type { Kind, Service } from '../../core/k8s.ts';
import { silentLog } from '../../core/log.ts';
import { waitFor } from '../../core/wait-for.ts';
import { createDesired } from './desired.ts';
import { type Reconciler, startReconciler, type Target } from './reconciler.ts';
import { createServices } from './services.ts';

const web: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'default', name: 'web' },
  spec: { clusterIP: '10.96.0.10', ports: [{ port: 80 }] },
};

function setUp(
  apply: (name: string) => Promise<void> | void,
  more: readonly Omit<Target, 'apply'>[] = [],
): {
  readonly reconciler: Reconciler;
  readonly tell: <K extends Kind>(kind: K, event: ClusterEvent<K>) => void;
  readonly stop: () => void;
} {
  const handlers = new Map<Kind, (event: never) => void>();
  const end = new AbortController();
  const source: ClusterSource = {
    list: async () => [],
    watch: (kind, handler, signal) => {
      handlers.set(kind, handler);
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  };
  const target = (name: string, follows: Target['follows']): Target => ({
    name,
    follows,
    apply: () => apply(name),
  });
  const reconciler = startReconciler({
    source,
    desired: createDesired(createServices('w1', undefined, silentLog), silentLog),
    targets: [
      target('ipcache', ['Node']),
      target('services', ['Service', 'EndpointSlice']),
      ...more.map((each) => ({ ...each, apply: () => apply(each.name) })),
    ],
    log: silentLog,
    signal: end.signal,
    retryMs: 5,
  });
  return {
    reconciler,
    tell: (kind, event) => handlers.get(kind)?.(event as never),
    stop: () => end.abort(),
  };
}
const seen = (list: readonly string[], count: number): Promise<void> =>
  waitFor(
    `${count} writes`,
    async () => (list.length >= count ? { done: undefined } : { saw: list.join(' ') }),
    { timeoutMs: 2000, intervalMs: 2 },
  );

test('writes nothing before every kind is synced, then all, then only what changed', async () => {
  const applied: string[] = [];
  const { reconciler, tell, stop } = setUp((name) => void applied.push(name));
  tell('Service', { type: 'set', object: web });
  tell('Service', { type: 'synced' });
  tell('Node', { type: 'synced' });
  expect(reconciler.unready()).toBe('not synced yet: EndpointSlice');
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(applied).toEqual([]);
  tell('EndpointSlice', { type: 'synced' });
  await reconciler.ready;
  expect(applied).toEqual(['ipcache', 'services']);
  tell('Service', { type: 'set', object: web });
  tell('Service', { type: 'deleted', object: web });
  await seen(applied, 3);
  expect(applied).toEqual(['ipcache', 'services', 'services']);
  stop();
  await reconciler.finished;
});

test('a change during a write is written afterwards, never side by side', async () => {
  let active = 0;
  const applied: string[] = [];
  const { reconciler, tell, stop } = setUp(async (name) => {
    expect(++active).toBe(1);
    if (name === 'ipcache' && applied.length === 0) tell('Node', { type: 'synced' });
    await new Promise((resolve) => setTimeout(resolve, 2));
    applied.push(name);
    active--;
  });
  for (const kind of ['Node', 'Service', 'EndpointSlice'] as const) tell(kind, { type: 'synced' });
  await seen(applied, 3);
  expect(applied).toEqual(['ipcache', 'services', 'ipcache']);
  stop();
  await reconciler.finished;
});

test('a target that fails is tried again, and the node is not ready before', async () => {
  const applied: string[] = [];
  const { reconciler, tell, stop } = setUp((name) => {
    applied.push(name);
    if (applied.length < 3) throw new Error('busy');
  });
  for (const kind of ['Node', 'Service', 'EndpointSlice'] as const) tell(kind, { type: 'synced' });
  await seen(applied, 2);
  expect(reconciler.unready()).toContain('busy');
  await reconciler.ready;
  expect(applied).toEqual(['ipcache', 'services', 'ipcache', 'services']);
  expect([reconciler.unready(), reconciler.lastError()]).toEqual([undefined, undefined]);
  stop();
  await reconciler.finished;
});

test('what comes after everything waits until everything before it is written', async () => {
  const applied: string[] = [];
  let failures = 2;
  const { tell, stop } = setUp(
    (name) => {
      applied.push(name);
      if (name === 'ipcache' && failures-- > 0) throw new Error('not yet');
    },
    [{ name: 'programs', follows: [], isAfterAll: true }],
  );
  for (const kind of ['Node', 'Service', 'EndpointSlice'] as const) tell(kind, { type: 'synced' });
  await seen(applied, 5);
  expect(applied).toEqual(['ipcache', 'services', 'ipcache', 'ipcache', 'programs']);
  stop();
});
