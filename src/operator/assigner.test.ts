import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cidr4 } from '../core/ip.ts';
import { type Node, type Pod, podCIDRAnnotation } from '../core/k8s.ts';
import { silentLog } from '../core/log.ts';
import { createAllocator } from './allocator.ts';
import { type Assigner, createAssigner } from './assigner.ts';

/** The nodes and pods of an API server, and an operator that sees every change at once. */
class Cluster {
  readonly nodes = new Map<string, Node>();
  pods: Pod[] = [];
  isLeader = true;
  refuses = false;
  readonly told: string[] = [];
  assigner: Assigner;

  constructor() {
    this.assigner = this.start();
  }

  /** A new process: what it knows is what is recorded. */
  start(): Assigner {
    this.assigner = createAssigner({
      allocator: createAllocator({ pools: ['10.0.0.0/23' as Cidr4], maskSize: 24 }),
      isLeader: () => this.isLeader,
      record: async (node, cidr) => {
        if (this.refuses) throw new Error('409 conflict');
        const next = nodeOf(node.metadata.name, cidr, node.metadata.creationTimestamp);
        this.nodes.set(node.metadata.name, next);
        return next;
      },
      pods: async () => this.pods,
      tell: async (node, trouble) => void this.told.push(`${node.metadata.name} ${trouble}`),
      log: silentLog,
      releaseAfterMs: 60_000,
    });
    for (const node of this.nodes.values()) this.assigner.setNode(node);
    return this.assigner;
  }

  async add(name: string, cidr?: string, created = '2026-01-01T00:00:00Z'): Promise<void> {
    const node = nodeOf(name, cidr, created);
    this.nodes.set(name, node);
    this.assigner.setNode(node);
    await this.assigner.run();
  }

  async remove(name: string): Promise<void> {
    this.nodes.delete(name);
    this.assigner.deleteNode(nodeOf(name));
    await this.assigner.run();
  }

  of(name: string): string | undefined {
    return this.nodes.get(name)?.metadata.annotations?.[podCIDRAnnotation];
  }
}

const nodeOf = (name: string, cidr?: string, creationTimestamp?: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name,
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(cidr === undefined ? {} : { annotations: { [podCIDRAnnotation]: cidr } }),
  },
  spec: {},
});
const podOf = (nodeName: string, podIP: string, rest: Partial<Pod['spec']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `on-${nodeName}`, namespace: 'default' },
  spec: { nodeName, containers: [], ...rest },
  status: { phase: 'Running', podIP },
});

describe('assigner', () => {
  let cluster: Cluster;
  beforeEach(() => {
    vi.useFakeTimers();
    cluster = new Cluster();
    return () => vi.useRealTimers();
  });
  const pass = async (seconds: number): Promise<void> => {
    vi.advanceTimersByTime(seconds * 1000);
    await cluster.assigner.run();
  };

  it('gives each node a network of its own, and leaves those alone that have one', async () => {
    await cluster.add('a', '10.0.1.0/24');
    await cluster.add('b');
    expect([cluster.of('a'), cluster.of('b')]).toEqual(['10.0.1.0/24', '10.0.0.0/24']);
    expect(cluster.assigner.state()).toMatchObject({ assigned: 2, assignments: 1 });
  });

  it('finds everything again in a new process', async () => {
    await cluster.add('a');
    await cluster.add('b');
    const before = [cluster.of('a'), cluster.of('b')];
    cluster.start();
    await cluster.add('c');
    expect([cluster.of('a'), cluster.of('b'), cluster.of('c')]).toEqual([...before, undefined]);
  });

  it('gives nothing while another one leads', async () => {
    cluster.isLeader = false;
    await cluster.add('a');
    expect(cluster.of('a')).toBeUndefined();
    cluster.isLeader = true;
    await cluster.assigner.run();
    expect(cluster.of('a')).toBe('10.0.0.0/24');
  });

  it('says once that the pools are exhausted, and serves the node when another one has gone for good', async () => {
    for (const name of ['a', 'b', 'c']) await cluster.add(name);
    await pass(5);
    expect(cluster.of('c')).toBeUndefined();
    expect(cluster.told).toEqual(['c PodCIDRPoolExhausted']);
    expect(cluster.assigner.state().troubles.PodCIDRPoolExhausted).toBe(1);
    await cluster.remove('a');
    await pass(59);
    expect(cluster.of('c')).toBeUndefined();
    await pass(2);
    expect(cluster.of('c')).toBe('10.0.0.0/24');
    expect(cluster.assigner.state()).toMatchObject({
      assigned: 2,
      leaving: 0,
      releases: 1,
      troubles: { PodCIDRPoolExhausted: 0 },
    });
  });

  it('gives a node that comes back in time what it had', async () => {
    await cluster.add('a');
    await cluster.add('b');
    await cluster.remove('a');
    await pass(30);
    await cluster.add('a');
    expect(cluster.of('a')).toBe('10.0.0.0/24');
    await pass(60);
    expect([cluster.of('a'), cluster.assigner.state().leaving]).toEqual(['10.0.0.0/24', 0]);
  });

  it('gives out no network that a pod still has an address of, whoever had it', async () => {
    cluster.pods = [
      podOf('gone', '10.0.0.9'),
      podOf('x', '10.0.1.9', { hostNetwork: true }),
      { ...podOf('gone', '10.0.1.7'), status: { phase: 'Failed', podIP: '10.0.1.7' } },
    ];
    await cluster.add('a');
    await cluster.add('b');
    expect([cluster.of('a'), cluster.of('b')]).toEqual(['10.0.1.0/24', undefined]);
    cluster.pods = [];
    await pass(5);
    expect(cluster.of('b')).toBe('10.0.0.0/24');
  });

  it('gives a node that lost its record the network of its pods', async () => {
    cluster.pods = [podOf('b', '10.0.0.9')];
    await cluster.add('b');
    expect(cluster.of('b')).toBe('10.0.0.0/24');
  });

  it('lets the older of two nodes keep a network that is recorded for both, and reports the other', async () => {
    const created = '2026-02-02T00:00:00Z';
    cluster.nodes.set('a', nodeOf('a', '10.0.0.0/24', created));
    cluster.nodes.set('z', nodeOf('z', '10.0.0.0/23', '2026-01-01T00:00:00Z'));
    cluster.start();
    await cluster.assigner.run();
    await pass(5);
    expect(cluster.told).toEqual(['a PodCIDRConflict']);
    expect(cluster.of('a')).toBe('10.0.0.0/24');
    await cluster.add('b');
    expect(cluster.of('b')).toBeUndefined();
  });

  it('tries again what the API server refused, with the same network', async () => {
    cluster.refuses = true;
    await cluster.add('a');
    await cluster.add('b');
    expect(cluster.assigner.state().errors).toBe(2);
    cluster.refuses = false;
    await pass(5);
    expect([cluster.of('a'), cluster.of('b')]).toEqual(['10.0.0.0/24', '10.0.1.0/24']);
  });

  it('replaces a record that is no network', async () => {
    await cluster.add('a', '10.0.0.1/24');
    expect(cluster.of('a')).toBe('10.0.0.0/24');
  });
});
