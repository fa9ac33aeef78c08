import { expect, test } from 'vitest';
import type { Pod, Service } from '../core/k8s.ts';
import { slicesOf } from './endpoint-slices.ts';

const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'demo', namespace: 'default', uid: 'u' },
  spec: { selector: { app: 'demo' }, ports: [{ name: 'http', port: 8080, targetPort: 'http' }] },
};

test('a ready pod is an endpoint with its node and its own number of a named port', () => {
  const [slice] = slicesOf(service, [pod('a', '10.0.0.1')]);
  expect(slice?.ports).toEqual([{ name: 'http', protocol: 'TCP', port: 80 }]);
  expect(slice?.endpoints).toEqual([
    {
      addresses: ['10.0.0.1'],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'worker',
      targetRef: { kind: 'Pod', namespace: 'default', name: 'a' },
    },
  ]);
});

test.each([
  ['starting', { ready: false }, { ready: false, serving: false, terminating: false }],
  ['ending', { ending: true }, { ready: false, serving: true, terminating: true }],
])('a pod that is %s is told as such', (_, state, conditions) => {
  expect(slicesOf(service, [pod('a', '10.0.0.1', state)])[0]?.endpoints[0]?.conditions).toEqual(conditions);
});

test('pods of other labels, namespaces or without an address are left out', () => {
  const { podIP: _, ...status } = pod('a', '10.0.0.1').status ?? {};
  const others = [
    { ...pod('a', '10.0.0.1'), status },
    { ...pod('b', '10.0.0.2'), metadata: { name: 'b', namespace: 'default', labels: { app: 'other' } } },
    { ...pod('c', '10.0.0.3'), metadata: { name: 'c', namespace: 'other', labels: { app: 'demo' } } },
  ];
  expect(slicesOf(service, others)).toEqual([]);
});

test('250 endpoints fill three slices with names of their own', () => {
  const pods = Array.from({ length: 250 }, (_, i) => pod(`p${String(i).padStart(3, '0')}`, `10.0.0.${i}`));
  const slices = slicesOf(service, pods);
  expect(slices.map((slice) => slice.endpoints.length)).toEqual([100, 100, 50]);
  expect(new Set(slices.map((slice) => slice.metadata.name)).size).toBe(3);
});

test('pods that mean different numbers by a name get slices of their own', () => {
  const slices = slicesOf(service, [pod('a', '10.0.0.1'), pod('b', '10.0.0.2', { port: 81 })]);
  expect(slices.map((slice) => slice.ports?.[0]?.port)).toEqual([80, 81]);
});

function pod(
  name: string,
  podIP: string,
  { ready = true, ending = false, port = 80 }: { ready?: boolean; ending?: boolean; port?: number } = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      labels: { app: 'demo' },
      ...(ending ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: {
      nodeName: 'worker',
      containers: [{ name: 'c', image: 'demo', ports: [{ name: 'http', containerPort: port }] }],
    },
    status: { podIP, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}
