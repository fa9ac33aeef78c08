import { expect, test } from 'vitest';
import type { Exec } from '../../core/exec.ts';
import { formatIp4 } from '../../core/ip.ts';
import type { Node } from '../../core/k8s.ts';
import { ipcacheRows } from './ipcache.ts';
import { type ClusterNode, clusterNode } from './nodes.ts';
import { createRoutes, routeRemovals, routeWrites, wantedRoutes } from './routes.ts';

const node = (name: string, address: string, podCIDR?: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: podCIDR === undefined ? {} : { podCIDR },
  status: {
    addresses: [
      { type: 'Hostname', address: name },
      { type: 'InternalIP', address },
    ],
  },
});
const nodes = [
  clusterNode(node('w1', '172.30.0.2', '10.244.1.0/24')),
  clusterNode(node('w2', '172.30.0.3', '10.244.2.0/24')),
].filter((item): item is ClusterNode => item !== undefined);
const uplink = { device: 'eth0', address: '172.30.0.2' };

test('a node without pod CIDR or address is not one yet', () => {
  expect(nodes).toHaveLength(2);
  expect(clusterNode(node('w3', '172.30.0.4'))).toBeUndefined();
  expect(clusterNode(node('w3', '', '10.244.3.0/24'))).toBeUndefined();
});

test('the ipcache tells own from remote, and what keeps its address', () => {
  const rows = ipcacheRows(nodes, 'w1', '10.244.0.0/16').map(([key, { identity, nodeAddr, flags }]) => [
    `${formatIp4(key.addr)}/${key.prefixlen}`,
    identity,
    formatIp4(nodeAddr),
    flags,
  ]);
  expect(rows).toEqual([
    ['10.244.0.0/16', 2, '0.0.0.0', 1],
    ['10.244.1.0/24', 256, '0.0.0.0', 1],
    ['172.30.0.2/32', 1, '0.0.0.0', 1],
    ['10.244.1.1/32', 1, '0.0.0.0', 1],
    ['10.244.2.0/24', 256, '172.30.0.3', 1],
    ['172.30.0.3/32', 6, '172.30.0.3', 1],
  ]);
});

test('routes lead to other nodes, and the rest of the own CIDR is unreachable', () => {
  expect(routeWrites([], wantedRoutes(nodes, 'w1'), uplink)).toEqual([
    'route replace unreachable 10.244.1.0/24 proto 84',
    'route replace 10.244.2.0/24 via 172.30.0.3 dev eth0 src 172.30.0.2 proto 84',
  ]);
});

test('routes that stand are left, moved ones replaced, those of lost nodes removed', () => {
  const wanted = wantedRoutes(nodes, 'w1');
  const present = [
    { dst: '10.244.1.0/24' },
    { dst: '10.244.2.0/24', via: '172.30.0.9' },
    { dst: '10.244.3.0/24', via: '172.30.0.4' },
  ];
  expect(routeWrites(present, wanted, uplink)).toEqual([
    'route replace 10.244.2.0/24 via 172.30.0.3 dev eth0 src 172.30.0.2 proto 84',
  ]);
  expect(routeRemovals(present, wanted)).toEqual(['route delete 10.244.3.0/24 proto 84']);
});

test('the first time takes over what is there, later times cost what changed', async () => {
  const inputs: (string | undefined)[] = [];
  const exec: Exec = async (_, __, options) => {
    inputs.push(options?.input);
    const stdout =
      inputs.length === 1 ? JSON.stringify([{ dst: '10.244.9.0/24', gateway: '172.30.0.9' }]) : '';
    return { stdout, stderr: '', exitCode: 0 };
  };
  const routes = createRoutes(exec, uplink);
  expect(await routes.apply(wantedRoutes(nodes.slice(0, 1), 'w1'))).toBe(2);
  expect(inputs).toEqual([
    'route show proto 84\nroute replace unreachable 10.244.1.0/24 proto 84\n',
    'route delete 10.244.9.0/24 proto 84\n',
  ]);
  expect(await routes.apply(wantedRoutes(nodes.slice(0, 1), 'w1'))).toBe(0);
  expect(inputs).toHaveLength(2);
  expect(await routes.apply(wantedRoutes(nodes, 'w1'))).toBe(1);
  expect(inputs).toHaveLength(3);
});
