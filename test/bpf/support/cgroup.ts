import { readFileSync } from 'node:fs';

/** Mount point of cgroup v2, wherever it is. */
export function findCgroup2(): string {
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const [, path = '', type] = line.split(' ');
    if (type === 'cgroup2') return path;
  }
  throw new Error('cgroup v2 is not mounted');
}
