import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClusterEvent } from '../core/cluster.ts';
import { openClusterKube } from './cluster-kube.ts';

/** The list and watch protocol of an API server for one collection, with faults at will. */
class FakeApi {
  readonly objects = new Map<string, object>();
  readonly watchers = new Set<ServerResponse>();
  version = 1;
  lists = 0;
  refuses = false;
  expires = false;
  private server: Server | undefined;
  private port = 0;

  async start(): Promise<void> {
    this.server = createServer((asked, answer) => {
      const url = new URL(asked.url ?? '/', 'http://api');
      if (this.refuses) return answer.writeHead(503).end('{"message":"shutting down"}');
      if (!url.searchParams.has('watch')) {
        this.lists += 1;
        const metadata = { resourceVersion: String(this.version) };
        return answer.end(JSON.stringify({ kind: 'List', metadata, items: [...this.objects.values()] }));
      }
      if (this.expires) {
        this.expires = false;
        return answer.writeHead(410).end();
      }
      answer.writeHead(200).flushHeaders();
      this.watchers.add(answer);
      answer.on('close', () => this.watchers.delete(answer));
    });
    await new Promise<void>((resolve) => this.server?.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  set(name: string, tell = true): void {
    const isNew = !this.objects.has(name);
    const object = this.make(name);
    this.objects.set(name, object);
    if (tell) this.send(isNew ? 'ADDED' : 'MODIFIED', object);
  }

  delete(name: string, tell = true): void {
    this.objects.delete(name);
    if (tell) this.send('DELETED', this.make(name));
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private make(name: string): object {
    this.version += 1;
    return {
      kind: 'Node',
      apiVersion: 'v1',
      metadata: { name, resourceVersion: String(this.version) },
      spec: {},
    };
  }

  private send(type: string, object: object): void {
    for (const watcher of this.watchers) watcher.write(`${JSON.stringify({ type, object })}\n`);
  }
}

describe('cluster source over the Kubernetes API', () => {
  let api: FakeApi;
  let directory: string;
  let ended: AbortController;
  let told: string[];
  let watching: Promise<void>;

  const open = () => {
    const backoff = { firstMs: 5, mostMs: 20 };
    return openClusterKube({ kubeconfig: join(directory, 'config'), server: api.url, backoff });
  };
  const watch = (handler = (event: ClusterEvent<'Node'>) => void told.push(lineOf(event))): void => {
    watching = open().watch('Node', handler, ended.signal);
  };

  beforeEach(async () => {
    api = new FakeApi();
    await api.start();
    directory = await mkdtemp(join(tmpdir(), 'labctl-kube-'));
    await writeFile(join(directory, 'config'), kubeconfig);
    ended = new AbortController();
    told = [];
    watching = Promise.resolve();
  });

  afterEach(async () => {
    ended.abort();
    await watching.catch(() => undefined);
    await api.stop();
    await rm(directory, { recursive: true });
  });

  it("lists objects with their kind, and tells the server's sentence when it refuses", async () => {
    api.set('a');
    expect(await open().list('Node')).toMatchObject([
      { kind: 'Node', apiVersion: 'v1', metadata: { name: 'a' } },
    ]);
    api.refuses = true;
    await expect(open().list('Node')).rejects.toThrow('503 shutting down');
  });

  it('tells what is there, then that it is in sync, then each change', async () => {
    api.set('a');
    watch();
    await vi.waitFor(() => expect(told).toEqual(['set a', 'synced']));
    api.set('b');
    api.delete('a');
    await vi.waitFor(() => expect(told).toEqual(['set a', 'synced', 'set b', 'deleted a']));
  });

  it('is not in sync before a first list, however long the server is away', async () => {
    api.refuses = true;
    watch();
    await vi.waitFor(() => expect(told).toEqual([]));
    api.refuses = false;
    await vi.waitFor(() => expect(told).toEqual(['synced']));
  });

  it('misses nothing that changed while the server was away, and is in sync once only', async () => {
    api.set('a');
    api.set('b');
    watch();
    await vi.waitFor(() => expect(told).toEqual(['set a', 'set b', 'synced']));
    await api.stop();
    api.delete('a', false);
    api.set('c', false);
    api.expires = true;
    await api.start();
    await vi.waitFor(() => expect(told.slice(3)).toEqual(['deleted a', 'set c']));
    expect(api.lists).toBe(2);
  });

  it('ends with its signal', async () => {
    watch();
    await vi.waitFor(() => expect(told).toEqual(['synced']));
    ended.abort();
    await watching;
    await vi.waitFor(() => expect(api.watchers.size).toBe(0));
  });

  it('fails when a handler does: a lost event is never passed over', async () => {
    api.set('a');
    watch(() => {
      throw new Error('handler broke');
    });
    await expect(watching).rejects.toThrow('handler broke');
  });
});

const lineOf = (event: ClusterEvent<'Node'>): string =>
  event.type === 'synced' ? 'synced' : `${event.type} ${event.object.metadata.name}`;

const kubeconfig = `
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "http://127.0.0.1:1", insecure-skip-tls-verify: true}}]
users: [{name: u, user: {}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;
