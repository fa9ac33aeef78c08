import { expect, test } from 'vitest';
import { formatIp4 } from '../../core/ip.ts';
import type { Node } from '../../core/k8s.ts';
import { ipcacheRows } from './ipcache.ts';
import { type ClusterNode, clusterNode } from './nodes.ts';
import { routeChanges, wantedRoutes } from './routes.ts';

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
  expect(routeChanges([], wantedRoutes(nodes, 'w1'), uplink)).toEqual([
    'route replace unreachable 10.244.1.0/24 proto 84',
    'route replace 10.244.2.0/24 via 172.30.0.3 dev eth0 src 172.30.0.2 proto 84',
  ]);
});

test('routes that stand are left, moved ones replaced, foreign nodes removed', () => {
  const present = [
    { dst: '10.244.1.0/24' },
    { dst: '10.244.2.0/24', via: '172.30.0.9' },
    { dst: '10.244.3.0/24', via: '172.30.0.4' },
  ];
  expect(routeChanges(present, wantedRoutes(nodes, 'w1'), uplink)).toEqual([
    'route replace 10.244.2.0/24 via 172.30.0.3 dev eth0 src 172.30.0.2 proto 84',
    'route delete 10.244.3.0/24 proto 84',
  ]);
  expect(routeChanges(present.slice(0, 1), wantedRoutes(nodes.slice(0, 1), 'w1'), uplink)).toEqual([]);
});
