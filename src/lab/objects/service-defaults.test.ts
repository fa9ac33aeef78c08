import { expect, test } from 'vitest';
import type { Cidr4 } from '../../core/ip.ts';
import type { Service } from '../../core/k8s.ts';
import { completeService } from './service-defaults.ts';

const ranges = { serviceCIDR: '10.96.0.0/16' as Cidr4, nodePortRange: { first: 30000, last: 32767 } };

test('defaults are written out and an address is taken from the dynamic part of the range', () => {
  const { spec } = completeService(service('a', { ports: [{ port: 80 }] }), undefined, [], ranges);
  expect(spec).toMatchObject({
    type: 'ClusterIP',
    clusterIP: '10.96.1.0',
    clusterIPs: ['10.96.1.0'],
    sessionAffinity: 'None',
    internalTrafficPolicy: 'Cluster',
    ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
  });
  expect(spec.externalTrafficPolicy).toBeUndefined();
});

test('addresses and node ports of others are passed over', () => {
  const spec = { type: 'NodePort' as const, ports: [{ port: 80 }] };
  const first = completeService(service('a', spec), undefined, [], ranges);
  const second = completeService(service('b', spec), undefined, [first], ranges);
  expect(second.spec.clusterIP).toBe('10.96.1.1');
  expect(second.spec.ports?.[0]?.nodePort).toBe((first.spec.ports?.[0]?.nodePort ?? 0) + 1);
});

test('a change that leaves them open keeps address and node port', () => {
  const spec = { type: 'NodePort' as const, ports: [{ port: 80, nodePort: 31000 }] };
  const first = completeService(service('a', { ...spec, clusterIP: '10.96.0.9' }), undefined, [], ranges);
  const again = completeService(service('a', { type: 'NodePort', ports: [{ port: 80 }] }), first, [], ranges);
  expect([again.spec.clusterIP, again.spec.ports?.[0]?.nodePort]).toEqual(['10.96.0.9', 31000]);
});

test('two protocols may share a node port, two Services may not', () => {
  const ports = [
    { name: 'tcp', port: 7000, nodePort: 32007 },
    { name: 'udp', port: 7000, protocol: 'UDP' as const, nodePort: 32007 },
  ];
  const first = completeService(service('a', { type: 'NodePort', ports }), undefined, [], ranges);
  expect(first.spec.ports?.map((port) => port.nodePort)).toEqual([32007, 32007]);
  const second = service('b', { type: 'NodePort', ports: [{ port: 1, nodePort: 32007 }] });
  expect(() => completeService(second, undefined, [first], ranges)).toThrow(
    /32007\/TCP is allocated already/,
  );
});

test.each([
  [{ clusterIP: '10.97.0.1', ports: [{ port: 80 }] }, /outside 10\.96\.0\.0\/16/],
  [{ clusterIP: '10.96.0.9', ports: [{ port: 80 }] }, /10\.96\.0\.9 is allocated already/],
  [{ type: 'NodePort' as const, ports: [{ port: 80, nodePort: 80 }] }, /outside 30000-32767/],
])('%j is refused', (spec, message) => {
  const other = service('other', { clusterIP: '10.96.0.9', ports: [{ port: 80 }] });
  expect(() => completeService(service('a', spec), undefined, [other], ranges)).toThrow(message);
});

test('the address of a Service cannot change', () => {
  const first = completeService(service('a', { ports: [{ port: 80 }] }), undefined, [], ranges);
  const moved = service('a', { clusterIP: '10.96.0.50', ports: [{ port: 80 }] });
  expect(() => completeService(moved, first, [], ranges)).toThrow(/cannot change/);
});

test('a full range is an error, not a wrong address', () => {
  const small = { ...ranges, serviceCIDR: '10.96.0.0/30' as Cidr4 };
  const first = completeService(service('a', { ports: [{ port: 80 }] }), undefined, [], small);
  expect(first.spec.clusterIP).toBe('10.96.0.2');
  expect(() => completeService(service('b', { ports: [{ port: 80 }] }), undefined, [first], small)).toThrow(
    /all addresses/,
  );
});

const service = (name: string, spec: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec,
});
