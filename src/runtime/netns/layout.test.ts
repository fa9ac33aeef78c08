import { expect, test } from 'vitest';
import type { Cidr4 } from '../../core/ip.ts';
import { namespacePattern } from './inventory.ts';
import { fixedNamespaces, layOut } from './layout.ts';

const layout = layOut({
  lab: 'lab',
  controlPlanes: 1,
  workers: 2,
  podCIDR: '10.244.0.0/16' as Cidr4,
  podCIDRMaskSize: 24,
  nodeCIDR: '172.29.0.0/24' as Cidr4,
  mtu: 1500,
});

test('nodes have the names that kind gives, addresses from .2 and a pod network each', () => {
  expect(layout.nodes.map(({ name, role, address, podCIDR }) => [name, role, address, podCIDR])).toEqual([
    ['lab-control-plane', 'control-plane', '172.29.0.2', '10.244.0.0/24'],
    ['lab-worker', 'worker', '172.29.0.3', '10.244.1.0/24'],
    ['lab-worker2', 'worker', '172.29.0.4', '10.244.2.0/24'],
  ]);
  expect(layout.router).toBe('172.29.0.1');
  expect(layout.host.address).toBe('172.29.0.254');
});

test('a pod network too small for its nodes is refused', () => {
  const tight = { ...layoutInput, podCIDR: '10.244.0.0/23' as Cidr4 };
  expect(() => layOut(tight)).toThrow(/no pod network for node lab-worker2/);
});

const layoutInput = {
  lab: 'lab',
  controlPlanes: 1,
  workers: 2,
  podCIDR: '10.244.0.0/16' as Cidr4,
  podCIDRMaskSize: 24,
  nodeCIDR: '172.29.0.0/24' as Cidr4,
  mtu: 1500,
};

test('every namespace of a lab is found by its name', () => {
  const pattern = namespacePattern('lab');
  for (const name of [...fixedNamespaces(layout), 'labctl-lab-pod-default.demo-x7k2p']) {
    expect(name).toMatch(pattern);
  }
});

test.each([
  'labctl-lab-b-worker',
  'labctl-lab-b-fabric',
  'labctl-lab-worker-worker',
  'labctl-lab-pod-worker',
  'labctl-lab2-worker',
  'labctl-lab-workers',
  'xlabctl-lab-worker',
])('%s belongs to another lab', (name) => {
  expect(name).not.toMatch(namespacePattern('lab'));
});
