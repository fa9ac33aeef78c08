import { randomUUID } from 'node:crypto';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../core/errors.ts';
import { cgroupRoot, createCgroup } from '../../platform/cgroup.ts';
import { type Probe, type Seen, trying } from './probe.ts';

/** File systems that a node needs. Programs and links are tried by the agent (agent-findings.ts). */
export const kernelProbes: readonly Probe[] = [
  {
    id: 'kernel.bpffs',
    title: 'bpffs can be mounted',
    need: 'pins keep the datapath alive when an agent dies',
    runtimes: ['netns'],
    run: trying('unshare', ['--mount', 'mount', '-t', 'bpf', 't-labctl', '/tmp']),
    fix: 'the kernel needs CONFIG_BPF_SYSCALL; a container needs --privileged',
  },
  {
    id: 'kernel.cgroup2',
    title: 'cgroup v2, found by its type, takes a directory',
    need: 'socket LB is attached to a directory of each node',
    runtimes: ['netns'],
    run: makesCgroup,
    fix: 'mount -t cgroup2 none /sys/fs/cgroup/unified',
  },
];

async function makesCgroup(): Promise<Seen> {
  try {
    const root = cgroupRoot();
    const path = join(root, `labctl-doctor-${randomUUID().slice(0, 8)}`);
    await createCgroup(path);
    await rmdir(path);
    return { ok: true, saw: root };
  } catch (error) {
    return { ok: false, saw: messageOf(error) };
  }
}
