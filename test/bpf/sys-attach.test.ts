import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attachCgroup,
  attachClsact,
  attachTcx,
  type BpfMap,
  type BpfProgram,
  cgroupPrograms,
  clsactFilters,
  clsactProgram,
  detachClsact,
  deviceNames,
  errnoOf,
  ifindexOf,
  inNamespace,
  netnsCookie,
  openLink,
  tcxPrograms,
} from '../../src/bpf-sys/index.ts';
import { openFixture, type ScratchBpffs, scratchBpffs, scratchNamespace } from './sys-fixture.ts';

const namespace = `t-sys-${process.pid}`;
let bpffs: ScratchBpffs;
let netns: ReturnType<typeof scratchNamespace>;
let programs: Readonly<Record<'counts' | 'answers' | 'connect', BpfProgram>>;
let counters: BpfMap;

beforeAll(() => {
  bpffs = scratchBpffs();
  netns = scratchNamespace(namespace);
  const object = openFixture();
  const loaded = object.load();
  counters = loaded.map('fixture_count');
  programs = {
    counts: loaded.program('fixture_counts'),
    answers: loaded.program('fixture_answers'),
    connect: loaded.program('fixture_connect'),
  };
  object.close();
});
afterAll(() => {
  netns.remove();
  bpffs.remove();
});

const indexOf = (device: string): number => {
  const index = inNamespace(netns.path, () => ifindexOf(device));
  if (index === undefined) throw new Error(`no ${device}`);
  return index;
};
const counted = (slot: number): number => {
  const value = counters.lookup(Buffer.from([slot, 0, 0, 0])) ?? Buffer.alloc(0);
  return Array.from({ length: value.length / 8 }, (_, cpu) => Number(value.readBigUInt64LE(cpu * 8))).reduce(
    (a, b) => a + b,
    0,
  );
};
/** One broadcast from `far` arrives at `near`. */
const sendToNear = (): void => {
  const code = `import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(("far", 0)); s.send(b"\\xff"*6 + b"\\2"*6 + b"\\x88\\xb5" + bytes(64))`;
  execFileSync('nsenter', [`--net=${netns.path}`, 'python3', '-c', code]);
};

describe('namespaces', () => {
  it('sees the devices and the cookie of the namespace it is in, and comes back', () => {
    const here = netnsCookie();
    const there = inNamespace(netns.path, () => ({ cookie: netnsCookie(), devices: deviceNames() }));
    expect(there.devices).toEqual(expect.arrayContaining(['lo', 'near', 'far']));
    expect(there.cookie).not.toBe(here);
    expect(netnsCookie()).toBe(here);
    expect(() =>
      inNamespace(netns.path, () => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(netnsCookie()).toBe(here);
    expect(ifindexOf('near')).toBeUndefined();
  });
});

describe('TCX', () => {
  it('attaches, is found by query, swaps its program, survives by its pin, ends when detached', () => {
    const near = indexOf('near');
    const ids = (): readonly number[] => inNamespace(netns.path, () => tcxPrograms(near, 'ingress'));
    const link = inNamespace(netns.path, () => attachTcx(programs.counts, near, 'ingress'));
    expect(ids()).toEqual([programs.counts.info.id]);
    const before = counted(1);
    sendToNear();
    expect(counted(1)).toBe(before + 1);

    link.pin(`${bpffs.path}/near`);
    link.close();
    const again = openLink(`${bpffs.path}/near`);
    expect(again.info()).toMatchObject({ ifindex: near, programId: programs.counts.info.id });
    again.update(programs.answers);
    expect(ids()).toEqual([programs.answers.info.id]);
    again.detach();
    expect(ids()).toEqual([]);
    again.close();
    unlinkSync(`${bpffs.path}/near`);
  });

  it('outlives its device as a dead link: no device index, ENOLINK on update', () => {
    execFileSync('ip', ['-n', namespace, 'link', 'add', 'gone', 'type', 'veth']);
    const link = inNamespace(netns.path, () => attachTcx(programs.counts, ifindexOf('gone') ?? 0, 'egress'));
    execFileSync('ip', ['-n', namespace, 'link', 'del', 'gone']);
    expect(link.info().ifindex).toBe(0);
    const why = ((): unknown => {
      try {
        link.update(programs.answers);
      } catch (error) {
        return errnoOf(error);
      }
      return undefined;
    })();
    expect(why).toBe('ENOLINK');
    link.close();
  });
});

describe('clsact', () => {
  const place = { priority: 7, handle: 3 };
  it('has one filter at its place however often it is attached, and none when detached', () => {
    inNamespace(netns.path, () => {
      const near = ifindexOf('near') ?? 0;
      expect(clsactFilters(near, 'ingress')).toEqual([]);
      expect(clsactProgram(near, 'ingress', place)).toBeUndefined();
      attachClsact(programs.counts, near, 'ingress', place);
      attachClsact(programs.answers, near, 'ingress', place);
      expect(clsactFilters(near, 'ingress')).toEqual([
        expect.objectContaining({ ...place, programId: programs.answers.info.id }),
      ]);
      expect(clsactFilters(near, 'egress')).toEqual([]);
      expect(clsactProgram(near, 'ingress', place)).toBe(programs.answers.info.id);
      expect(detachClsact(near, 'ingress', place)).toBe(true);
      expect(detachClsact(near, 'ingress', place)).toBe(false);
      expect(clsactFilters(near, 'ingress')).toEqual([]);
    });
  });

  it('sees filters of others', () => {
    inNamespace(netns.path, () => {
      const far = ifindexOf('far') ?? 0;
      attachClsact(programs.counts, far, 'egress', { priority: 1, handle: 1 });
      attachClsact(programs.answers, far, 'egress', place);
      expect(clsactFilters(far, 'egress').map(({ programId }) => programId)).toEqual([
        programs.counts.info.id,
        programs.answers.info.id,
      ]);
    });
  });
});

describe('cgroup', () => {
  const cgroup = `/sys/fs/cgroup/unified/t-sys-${process.pid}`;
  beforeAll(() => void mkdirSync(`${cgroup}/child`, { recursive: true }));
  afterAll(() => {
    rmdirSync(`${cgroup}/child`);
    rmdirSync(cgroup);
  });

  /** Whether a process of the cgroup reaches a listener on 127.0.0.1 by way of 10.99.0.1. */
  const connects = (inside: string): boolean => {
    const code = `import os, socket
open("${inside}/cgroup.procs", "w").write(str(os.getpid()))
l = socket.socket(); l.bind(("127.0.0.1", 0)); l.listen()
s = socket.socket(); s.settimeout(1)
s.connect(("10.99.0.1", l.getsockname()[1]))`;
    return spawnSync('nsenter', [`--net=${netns.path}`, 'python3', '-c', code]).status === 0;
  };

  it('translates connect() of processes in the cgroup and below it', () => {
    expect(connects(`${cgroup}/child`)).toBe(false);
    const link = attachCgroup(programs.connect, cgroup, 'connect4');
    expect(connects(`${cgroup}/child`)).toBe(true);
    expect(connects(cgroup)).toBe(true);
    expect(cgroupPrograms(`${cgroup}/child`, 'connect4')).toContain(programs.connect.info.id);
    link.close();
    expect(connects(cgroup)).toBe(false);
    expect(cgroupPrograms(cgroup, 'connect4')).not.toContain(programs.connect.info.id);
  });
});
