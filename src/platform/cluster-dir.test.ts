import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { ClusterEvent } from '../core/cluster.ts';
import { keyOf, type Service } from '../core/k8s.ts';
import { waitFor } from '../core/wait-for.ts';
import { type ClusterDir, openClusterDir } from './cluster-dir.ts';

let path = '';
let store: ClusterDir;
let stop: AbortController;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'labctl-cluster-'));
  store = await openClusterDir(path);
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await rm(path, { recursive: true });
});

test('a stored object is a file that people can read, with what the API server adds', async () => {
  const stored = await store.put<'Service'>(service('demo', 8080));
  expect(stored.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
  expect(stored.metadata.creationTimestamp).toMatch(/Z$/);
  expect(await readFile(join(path, 'services', 'default.demo.yaml'), 'utf8')).toContain('"port": 8080');
  expect(await store.get('Service', 'default/demo')).toEqual(stored);
  expect(await readdir(join(path, '.tmp'))).toEqual([]);
});

test('a second put keeps uid and creation time and takes a newer version', async () => {
  const first = await store.put<'Service'>(service('demo', 8080));
  const second = await store.put<'Service'>(service('demo', 8081));
  expect(second.metadata.uid).toBe(first.metadata.uid);
  expect(second.metadata.creationTimestamp).toBe(first.metadata.creationTimestamp);
  expect(Number(second.metadata.resourceVersion)).toBeGreaterThan(Number(first.metadata.resourceVersion));
});

test('remove tells whether there was anything', async () => {
  await store.put<'Service'>(service('demo', 8080));
  expect(await store.remove('Service', 'default/demo')).toBe(true);
  expect(await store.remove('Service', 'default/demo')).toBe(false);
});

test.each(['../../etc/passwd', 'default/../x', 'UPPER/x', 'a.b/c', 'default'])(
  'the name %j is refused',
  async (key) => {
    await expect(store.get('Service', key)).rejects.toMatchObject({ code: 'E_OBJECT_NAME', exitCode: 2 });
  },
);

test('a deletion mark outlives a put by somebody who did not know of it', async () => {
  await store.put<'Service'>(service('demo', 8080));
  expect(await store.markDeleted('Service', 'default/demo')).toBe(true);
  await store.put<'Service'>(service('demo', 8081));
  expect((await store.get('Service', 'default/demo'))?.metadata.deletionTimestamp).toMatch(/Z$/);
  await store.remove('Service', 'default/demo');
  await store.put<'Service'>(service('demo', 8082));
  expect((await store.get('Service', 'default/demo'))?.metadata.deletionTimestamp).toBeUndefined();
});

test('one file that cannot be read hides no other', async () => {
  await store.put<'Service'>(service('demo', 8080));
  await writeFile(join(path, 'services', 'default.broken.yaml'), '{');
  expect((await store.list('Service')).map(keyOf)).toEqual(['default/demo']);
});

test('a watch tells what is there, then synced, then each change once', async () => {
  await store.put<'Service'>(service('one', 1));
  const seen = startWatch();
  await seen.reach(['set default/one 1', 'synced']);
  await store.put<'Service'>(service('two', 2));
  await seen.reach(['set default/one 1', 'synced', 'set default/two 2']);
  await store.remove('Service', 'default/one');
  await seen.reach(['set default/one 1', 'synced', 'set default/two 2', 'deleted default/one 1']);
});

test('a watch picks up files that people edit, and keeps the last state while they are broken', async () => {
  await store.put<'Service'>(service('one', 1));
  const seen = startWatch();
  await seen.reach(['set default/one 1', 'synced']);
  const file = join(path, 'services', 'default.one.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.slice(0, 20));
  await writeFile(file, stringify(parse(text)).replace('port: 1', 'port: 7'));
  await seen.reach(['set default/one 1', 'synced', 'set default/one 7']);
});

test('a watch tells of a deletion mark', async () => {
  await store.put<'Service'>(service('one', 1));
  const seen = startWatch();
  await seen.reach(['set default/one 1', 'synced']);
  await store.markDeleted('Service', 'default/one');
  await seen.reach(['set default/one 1', 'synced', 'set default/one 1 (ending)']);
});

test('of many writes in a row a watch tells the last state of every object', {
  timeout: 60_000,
}, async () => {
  const seen = startWatch();
  await seen.reach(['synced']);
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      for (let port = 1; port <= 5; port++) await store.put<'Service'>(service(`s${i}`, port));
    }),
  );
  await waitFor(
    'all objects at their last state',
    async () => {
      const last = new Set(seen.lines.filter((line) => line.endsWith(' 5')));
      return last.size === 40 ? { done: undefined } : { saw: `${last.size} of 40` };
    },
    { timeoutMs: 30_000, intervalMs: 10 },
  );
});

function startWatch(): { lines: string[]; reach: (wanted: readonly string[]) => Promise<void> } {
  const lines: string[] = [];
  void store.watch('Service', (event) => lines.push(lineOf(event)), stop.signal);
  return {
    lines,
    reach: async (wanted) => {
      await waitFor(
        wanted.join(', '),
        async () => (lines.length >= wanted.length ? { done: undefined } : { saw: lines.join(', ') }),
        { timeoutMs: 2000, intervalMs: 5 },
      );
      expect(lines).toEqual(wanted);
    },
  };
}

function lineOf(event: ClusterEvent<'Service'>): string {
  if (event.type === 'synced') return 'synced';
  const { object } = event;
  const ending = object.metadata.deletionTimestamp === undefined ? '' : ' (ending)';
  return `${event.type} ${keyOf(object)} ${object.spec.ports?.[0]?.port}${ending}`;
}

const service = (name: string, port: number): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { ports: [{ port }] },
});
