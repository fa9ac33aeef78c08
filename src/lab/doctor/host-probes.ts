import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { release } from 'node:os';
import { dirname } from 'node:path';
import { cacheRoot, runRoot, stateRoot } from '../../core/paths.ts';
import { type Probe, type Seen, trying, tryingAll } from './probe.ts';

const wantedBytes = 200 * 1024 * 1024;
/** Debian keeps asm/ apart for each architecture, and a BPF target is none of them. */
const asmHeaders = `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
const everywhere = ['netns', 'kind', 'existing'] as const;

/** The machine itself: system, rights, room, and the compiler that makes the datapath. */
export const hostProbes: readonly Probe[] = [
  {
    id: 'host.linux',
    title: 'Linux',
    need: 'namespaces and eBPF are Linux features',
    runtimes: ['netns'],
    run: async () => ({ ok: process.platform === 'linux', saw: `${process.platform} ${release()}` }),
    fix: 'run labctl in a Linux machine or VM',
  },
  {
    id: 'host.root',
    title: 'root',
    need: 'making namespaces, loading eBPF and mounting bpffs need root',
    runtimes: ['netns'],
    run: async () => ({ ok: process.getuid?.() === 0, saw: `uid ${process.getuid?.()}` }),
    fix: 'run it with sudo',
  },
  {
    id: 'host.node',
    title: 'Node.js 20.19 or newer',
    need: 'labctl and its agents run on it',
    runtimes: everywhere,
    run: async () => {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      return { ok: major > 20 || (major === 20 && minor >= 19), saw: process.version };
    },
    fix: 'https://nodejs.org/en/download',
  },
  {
    id: 'host.disk',
    title: '200 MB for state, sockets and compiled objects',
    need: 'logs and reports stay after a failure',
    runtimes: everywhere,
    run: enoughRoom,
    fix: 'make room, or move them with LABCTL_STATE_DIR, LABCTL_RUN_DIR and LABCTL_CACHE_DIR',
  },
  {
    id: 'host.clang.bpf',
    title: 'clang compiles for BPF',
    need: 'the datapath is compiled on the machine that runs it',
    runtimes: ['netns'],
    run: trying(
      'clang',
      [
        '-target',
        'bpf',
        '-g',
        '-O2',
        '-mcpu=v3',
        '-idirafter',
        asmHeaders,
        '-x',
        'c',
        '-c',
        '-o',
        '/dev/null',
        '-',
      ],
      '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nSEC("tc") int t(struct __sk_buff *skb) { return 0; }\n',
    ),
    fix: ({ packages }) =>
      `${packages.install('clang')}; ${packages.install('bpf/bpf_helpers.h')}; ${packages.install('linux/bpf.h')}`,
  },
  {
    id: 'host.clang.static',
    title: 'clang links a static program',
    need: 'the CNI plug-in runs in any container, so it is static',
    runtimes: ['netns'],
    run: trying(
      'clang',
      ['-static', '-x', 'c', '-o', '/dev/null', '-'],
      '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n',
    ),
    fix: ({ packages }) => packages.install('libc.a'),
  },
  {
    id: 'host.namespaces',
    title: 'network namespaces, veth pairs, bridges',
    need: 'nodes and pods are namespaces, and a bridge joins them',
    runtimes: ['netns'],
    run: tryingAll([
      ['unshare', '--net', 'ip', 'link', 'add', 't0', 'type', 'veth', 'peer', 'name', 't1'],
      ['unshare', '--net', 'ip', 'link', 'add', 't0', 'type', 'bridge'],
    ]),
    fix: 'modprobe veth bridge; a container needs --privileged',
  },
];

async function enoughRoom(): Promise<Seen> {
  for (const root of [stateRoot(), runRoot(), cacheRoot()]) {
    const place = nearestExisting(root);
    const { bavail, bsize } = await statfs(place);
    if (bavail * bsize < wantedBytes) {
      return { ok: false, saw: `${place}: ${Math.floor((bavail * bsize) / 1024 / 1024)} MB free` };
    }
  }
  return { ok: true, saw: 'enough' };
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}
