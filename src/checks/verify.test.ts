import { describe, expect, it } from 'vitest';
import { everyProfile } from './check.ts';
import type { Probe } from './client/protocol.ts';
import { makeProber } from './probe/prober.ts';
import { findSubjects } from './subjects.ts';
import { fakeLab, fakeNodes, fakeRuntime, healthy } from './testing/fake-lab.ts';
import { checkIds, verify } from './verify.ts';

describe('verify', () => {
  it.each(everyProfile)('runs exactly the committed checks of %s', async (profile) => {
    const report = await verify(fakeRuntime(), fakeLab(profile), { settleMs: 0 });
    expect(report.checks.map(({ id }) => id)).toEqual(checkIds(profile));
  });

  it('finds nothing proven where the kernel shows nothing', async () => {
    const report = await verify(fakeRuntime(), fakeLab('ebpf'), { only: ['claim.*'], settleMs: 0 });
    expect(report.active.mode).toBe('unknown');
    const green = report.checks.filter(({ status }) => status === 'passed').map(({ id }) => id);
    expect(green).toEqual(['claim.kube-proxy.absent']);
  });

  it.each([
    ['a wrong socket peer', { peer: '10.244.1.2:7000' }, "the socket's peer is 10.244.1.2:7000"],
    ['no answer', { ok: false, error: 'no answer within the limit' }, 'no answer within the limit'],
  ])('fails connectivity on %s', async (_title, wrong, reason) => {
    const runtime = fakeRuntime({ probe: (_target, probe) => ({ ...healthy(probe), ...wrong }) });
    const report = await verify(runtime, fakeLab('kpr'), { only: ['conn.clusterip.pod.tcp.small'] });
    expect(report.checks[0]).toMatchObject({ status: 'failed', reason: expect.stringContaining(reason) });
  });

  it('fails the path across nodes when the reply crossed no router', async () => {
    const runtime = fakeRuntime({ probe: () => ({ ok: true, ttl: 64, attempts: 1, milliseconds: 1 }) });
    const report = await verify(runtime, fakeLab('ebpf'), { only: ['conn.pod.*.icmp.small'] });
    const statuses = report.checks.map(({ id, status }) => `${id} ${status}`);
    expect(statuses).toEqual([
      'conn.pod.same-node.icmp.small passed',
      'conn.pod.other-node.icmp.small failed',
      'conn.pod.own-node.icmp.small passed',
      'conn.pod.other-node-address.icmp.small failed',
    ]);
  });

  it('is an error, never a skip, when a tool is missing', async () => {
    const runtime = fakeRuntime({
      command: (_target, [file]) => {
        if (file === 'probe-client') throw new Error('node is not installed');
        return undefined;
      },
    });
    const report = await verify(runtime, fakeLab('ebpf'), { only: ['conn.world.*'] });
    expect(new Set(report.checks.map(({ status }) => status))).toEqual(new Set(['error']));
  });

  it('skips the world where the runtime has none', async () => {
    const report = await verify(fakeRuntime({ hasWorld: false }), fakeLab('ebpf'), {
      only: ['conn.world.*'],
    });
    expect(report.summary).toMatchObject({ skipped: 6, total: 6 });
  });

  it('removes its counters from every node, also when traffic fails', async () => {
    const scripts: string[] = [];
    const runtime = fakeRuntime({
      command: (_target, [file, flag], { input = '' }) => {
        if (file === 'nft' && flag === '-f') scripts.push(input);
        return undefined;
      },
      probe: () => {
        throw new Error('lost');
      },
    });
    const report = await verify(runtime, fakeLab('ebpf'), { only: ['claim.netfilter.bypassed'] });
    expect(report.checks[0]?.status).toBe('error');
    const removals = scripts.slice(-fakeNodes.length);
    expect(removals).toEqual(
      fakeNodes.map(() => 'add table ip labctl_verify\ndelete table ip labctl_verify\n'),
    );
    expect(scripts).toHaveLength(2 * fakeNodes.length);
  });
});

describe('prober', () => {
  it('sends probes of one place in one process, and answers each its own', async () => {
    const batches: number[] = [];
    const runtime = fakeRuntime({
      command: (_target, [file], { input }) => {
        if (file === 'probe-client') batches.push((JSON.parse(input ?? '[]') as Probe[]).length);
        return undefined;
      },
    });
    const prober = makeProber(runtime, new AbortController().signal);
    const ask = (node: string, port: number): Promise<string | undefined> =>
      prober
        .probe({ node }, { protocol: 'tcp', address: '10.0.0.1', port, bytes: 1 })
        .then(({ peer }) => peer);
    const peers = await Promise.all([ask('a', 1), ask('b', 2), ask('a', 3)]);
    expect(peers).toEqual(['10.0.0.1:1', '10.0.0.1:2', '10.0.0.1:3']);
    expect(batches.sort()).toEqual([1, 2]);
  });

  it('rejects every probe of a place whose client answers too few', async () => {
    const prober = makeProber(
      fakeRuntime({ command: () => ({ stdout: '[]' }) }),
      new AbortController().signal,
    );
    const probe = { protocol: 'tcp', address: '10.0.0.1', port: 1, bytes: 1 } as const;
    await expect(prober.probe({ node: 'a' }, probe)).rejects.toThrow('did not tell 1 results');
  });
});

describe('findSubjects', () => {
  const runtime = fakeRuntime();
  it('finds servers on every node and neighbours beside them', async () => {
    const subjects = await findSubjects(runtime.cluster, runtime.nodes);
    expect(subjects.servers.map(({ node }) => node)).toEqual(fakeNodes.map(({ name }) => name));
    expect(subjects.neighbours.map(({ name }) => name)).toEqual(['hello-0', 'hello-1']);
  });
  it('refuses a cluster without the demo', async () => {
    const cluster = { ...runtime.cluster, list: async () => [] };
    await expect(findSubjects(cluster, runtime.nodes, { timeoutMs: 0 })).rejects.toThrow(
      'no Service default/demo with a cluster address',
    );
  });
});
