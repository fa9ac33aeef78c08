import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { environmentError } from '../core/errors.ts';
import { cgroupRoot } from '../platform/cgroup.ts';

/** One thing that an embedded lab cannot do without, tested without starting a process. */
export interface Need {
  readonly what: string;
  readonly fix: string;
  readonly isMet: () => boolean;
}

const tools: readonly (readonly [tool: string, debianPackage: string])[] = [
  ['ip', 'iproute2'],
  ['nsenter', 'util-linux'],
  ['flock', 'util-linux'],
  ['mount', 'mount'],
  ['umount', 'mount'],
];

const needs: readonly Need[] = [
  {
    what: 'root, for network namespaces and BPF',
    fix: 'run it with sudo, or as root',
    isMet: () => process.getuid?.() === 0,
  },
  ...tools.map(([tool, debianPackage]) => ({
    what: `the program ${tool}`,
    fix: `apt-get install ${debianPackage}`,
    isMet: () => isInPath(tool),
  })),
  {
    what: 'a kernel with the bpf file system',
    fix: 'use a kernel with CONFIG_BPF_SYSCALL',
    isMet: () => /^nodev\tbpf$/m.test(readFileSync('/proc/filesystems', 'utf8')),
  },
  {
    what: 'cgroup v2, which socket LB attaches to',
    fix: 'mount -t cgroup2 none /sys/fs/cgroup/unified',
    isMet: hasCgroup2,
  },
];

/** Throws E_PREFLIGHT (exit 6) that names all unmet needs at once. */
export function preflight(all: readonly Need[] = needs): void {
  const unmet = all.filter((need) => !need.isMet());
  if (unmet.length === 0) return;
  throw environmentError('E_PREFLIGHT', `this machine lacks ${unmet.map((need) => need.what).join('; ')}`, {
    fix: unmet.map((need) => need.fix).join('; '),
    details: { unmet: unmet.map(({ what, fix }) => ({ what, fix })) },
  });
}

export function isInPath(tool: string, path = process.env.PATH ?? ''): boolean {
  return path.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function hasCgroup2(): boolean {
  try {
    return cgroupRoot() !== '';
  } catch {
    return false;
  }
}
