import { describe, expect, it } from 'vitest';
import { namespaceOf } from './outside-cgroup.ts';

/** In the shape in which containerd 1.6 kept calls of Cilium's plug-in and of the loopback's. */
const call = (name: string, interfaces: readonly object[]): string =>
  JSON.stringify({
    kind: 'cniCacheV1',
    ifName: 'eth0',
    cniArgs: [
      ['IgnoreUnknown', '1'],
      ['K8S_POD_NAMESPACE', 'default'],
      ['K8S_POD_NAME', name],
    ],
    result: { cniVersion: '0.3.1', interfaces },
  });
const records = [
  call('demo-1', [{ name: 'lxc67ce' }, { name: 'eth0', sandbox: '/var/run/netns/cni-1' }]),
  call('hello-1', [{ name: 'lo', sandbox: '/var/run/netns/cni-2' }]),
  '{"kind":"cniCacheV1"}',
].join('\n');

describe('the network namespace of a pod', () => {
  it.each([
    ['demo-1', '/var/run/netns/cni-1'],
    ['hello-1', '/var/run/netns/cni-2'],
    ['hello-2', undefined],
  ])('of %s is %s', (name, path) => {
    expect(namespaceOf(`${records}\n`, 'default', name)).toBe(path);
  });

  it('is not that of a pod of the same name elsewhere', () => {
    expect(namespaceOf(records, 'other', 'demo-1')).toBeUndefined();
  });
});
