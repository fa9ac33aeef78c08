import { expect, test } from 'vitest';
import { type Cidr4, parseCidr4, type Range4 } from '../core/ip.ts';
import { cgroupRoot } from './cgroup.ts';
import { parseMounts } from './mounts.ts';
import { freeSubnet } from './net.ts';
import { placed } from './placed.ts';

const range = (cidr: string): Range4 => {
  const found = parseCidr4(cidr);
  if (found === undefined) throw new Error(cidr);
  return found;
};
const pools = ['172.29.0.0/23', '10.9.0.0/24'] as Cidr4[];

test.each([
  [[], '172.29.0.0/24'],
  [['172.29.0.0/24'], '172.29.1.0/24'],
  [['172.29.0.128/25'], '172.29.1.0/24'],
  [['172.16.0.0/12'], '10.9.0.0/24'],
  [['172.16.0.0/12', '10.9.0.7/32'], undefined],
])('with %j taken the first free network is %s', (taken, expected) => {
  expect(freeSubnet(pools, 24, taken.map(range))).toBe(expected);
});

test('cgroup v2 is found by its type, also on a hybrid host', () => {
  const table = [
    'tmpfs /sys/fs/cgroup tmpfs rw 0 0',
    'cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0',
    'cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0',
  ].join('\n');
  expect(cgroupRoot(table)).toBe('/sys/fs/cgroup/unified');
  expect(() => cgroupRoot('tmpfs /sys/fs/cgroup tmpfs rw 0 0\n')).toThrow(/cgroup v2 is not mounted/);
});

test('blanks in mount points are decoded', () => {
  expect(parseMounts('bpf /run/my\\040lab bpf rw 0 0\n')).toEqual([
    { device: 'bpf', at: '/run/my lab', type: 'bpf' },
  ]);
});

test('a placed program joins its cgroup before it enters its namespace', () => {
  const { file, args } = placed({ cgroup: '/cg/node', namespace: 'labctl-x' }, 'ping', ['-c', '1 $(x)']);
  expect([file, ...args]).toEqual([
    '/bin/sh',
    '-c',
    'echo 0 > "$1" && shift && exec "$@"',
    'sh',
    '/cg/node/cgroup.procs',
    'nsenter',
    '--net=/run/netns/labctl-x',
    '--',
    'ping',
    '-c',
    '1 $(x)',
  ]);
});
