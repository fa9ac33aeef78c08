import { expect, test } from 'vitest';
import { formatIp4 } from '../../core/ip.ts';
import type { Endpoint, EndpointSlice, Service } from '../../core/k8s.ts';
import { type BackendAddress, type Frontend, frontendsOf } from './frontends.ts';

type Conditions = NonNullable<Endpoint['conditions']>;
const ready: Conditions = { ready: true, serving: true, terminating: false };
const unready: Conditions = { ready: false, serving: false, terminating: false };
const leaving: Conditions = { ready: false, serving: true, terminating: true };

const service = (spec: Partial<Service['spec']>, status?: Service['status']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { clusterIP: '10.96.0.10', ports: [{ port: 80, targetPort: 8080 }], ...spec },
  ...(status === undefined ? {} : { status }),
});
const slice = (
  endpoints: readonly (readonly [address: string, node: string, conditions?: Conditions])[],
  ports: EndpointSlice['ports'] = [{ port: 8080 }],
): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web-1', namespace: 'default' },
  addressType: 'IPv4',
  ports,
  endpoints: endpoints.map(([address, nodeName, conditions]) => ({
    addresses: [address],
    nodeName,
    ...(conditions === undefined ? {} : { conditions }),
  })),
});
const text = (backends: readonly BackendAddress[] | undefined): string[] | undefined =>
  backends?.map(({ addr, port }) => `${formatIp4(addr)}:${port}`);
const show = (frontends: readonly Frontend[]): unknown[] =>
  frontends.map(({ kind, addr, port, proto, backends, external }) => [
    `${kind} ${formatIp4(addr)}:${port}/${proto}`,
    text(backends),
    ...(external === undefined ? [] : [text(external)]),
  ]);
const both = slice([
  ['10.244.2.5', 'w2'],
  ['10.244.1.5', 'w1'],
]);
const all = ['10.244.1.5:8080', '10.244.2.5:8080'];

test('a ClusterIP leads to all ready endpoints, in the order of addresses', () => {
  expect(show(frontendsOf(service({}), [both], 'w1'))).toEqual([['cluster-ip 10.96.0.10:80/6', all]]);
});

test('a LoadBalancer is reached by ClusterIP, NodePort, external addresses and its ingress', () => {
  const spec = {
    type: 'LoadBalancer',
    externalIPs: ['192.0.2.9'],
    ports: [{ port: 80, nodePort: 32000 }],
  } as const;
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.80' }, {}] } };
  expect(show(frontendsOf(service(spec, status), [both], 'w1'))).toEqual([
    ['cluster-ip 10.96.0.10:80/6', all],
    ['node-port 0.0.0.0:32000/6', all],
    ['external 192.0.2.9:80/6', all],
    ['external 192.0.2.80:80/6', all],
  ]);
});

test('externalTrafficPolicy Local gives outside clients the node own endpoints only', () => {
  const spec = {
    type: 'NodePort',
    externalTrafficPolicy: 'Local',
    ports: [{ port: 80, nodePort: 32000 }],
  } as const;
  expect(show(frontendsOf(service(spec), [both], 'w2'))).toEqual([
    ['cluster-ip 10.96.0.10:80/6', all],
    ['node-port 0.0.0.0:32000/6', all, ['10.244.2.5:8080']],
  ]);
  expect(show(frontendsOf(service(spec), [both], 'other'))[1]).toEqual([
    'node-port 0.0.0.0:32000/6',
    all,
    [],
  ]);
});

test('internalTrafficPolicy Local keeps the ClusterIP on the node', () => {
  const spec = { internalTrafficPolicy: 'Local' } as const;
  expect(show(frontendsOf(service(spec), [both], 'w1'))).toEqual([
    ['cluster-ip 10.96.0.10:80/6', ['10.244.1.5:8080']],
  ]);
});

test.each<[string, Conditions, Conditions, string[]]>([
  ['ready before terminating', ready, leaving, ['10.244.1.5:8080']],
  ['terminating that serve, where none is ready', leaving, leaving, all],
  ['terminating that serve before unready', unready, leaving, ['10.244.2.5:8080']],
  ['none where all are unready', unready, unready, []],
  ['none where a terminating one serves no more', { ...leaving, serving: false }, unready, []],
])('chooses %s', (_, first, second, expected) => {
  const slices = [
    slice([
      ['10.244.1.5', 'w1', first],
      ['10.244.2.5', 'w2', second],
    ]),
  ];
  expect(text(frontendsOf(service({}), slices, 'w1')[0]?.backends)).toEqual(expected);
});

test('terminating endpoints are a fallback of each policy for itself', () => {
  const spec = {
    type: 'NodePort',
    externalTrafficPolicy: 'Local',
    ports: [{ port: 80, nodePort: 32000 }],
  } as const;
  const slices = [
    slice([
      ['10.244.1.5', 'w1', leaving],
      ['10.244.2.5', 'w2', ready],
    ]),
  ];
  expect(show(frontendsOf(service(spec), slices, 'w1'))[1]).toEqual([
    'node-port 0.0.0.0:32000/6',
    ['10.244.2.5:8080'],
    ['10.244.1.5:8080'],
  ]);
});

test('ports are matched by name and protocol, and have the number that the slice resolved', () => {
  const ports = [
    { name: 'dns', protocol: 'UDP', port: 53, targetPort: 'dns' },
    { name: 'dns-tcp', protocol: 'TCP', port: 53, targetPort: 'dns-tcp' },
  ] as const;
  const slices = [
    slice(
      [['10.244.1.5', 'w1']],
      [
        { name: 'dns', protocol: 'UDP', port: 5353 },
        { name: 'dns-tcp', protocol: 'TCP', port: 5354 },
        { name: 'metrics', protocol: 'TCP', port: 9153 },
      ],
    ),
  ];
  expect(show(frontendsOf(service({ ports }), slices, 'w1'))).toEqual([
    ['cluster-ip 10.96.0.10:53/17', ['10.244.1.5:5353']],
    ['cluster-ip 10.96.0.10:53/6', ['10.244.1.5:5354']],
  ]);
});

test('an address in two slices is one backend, ready where one of them says so', () => {
  const slices = [slice([['10.244.1.5', 'w1', unready]]), slice([['10.244.1.5', 'w1', ready]])];
  expect(text(frontendsOf(service({}), slices, 'w1')[0]?.backends)).toEqual(['10.244.1.5:8080']);
});

test('session affinity has its time, three hours by default', () => {
  const seconds = (spec: Partial<Service['spec']>): unknown =>
    frontendsOf(service(spec), [both], 'w1')[0]?.affinitySeconds;
  expect(seconds({})).toBe(0);
  expect(seconds({ sessionAffinity: 'ClientIP' })).toBe(10_800);
  const sessionAffinityConfig = { clientIP: { timeoutSeconds: 60 } };
  expect(seconds({ sessionAffinity: 'ClientIP', sessionAffinityConfig })).toBe(60);
});

test.each<[string, Partial<Service['spec']>]>([
  ['headless', { clusterIP: 'None' }],
  ['ExternalName', { type: 'ExternalName' }],
  ['SCTP', { ports: [{ port: 80, protocol: 'SCTP' }] }],
  ['without ports', { ports: [] }],
])('a Service that is %s has no frontend', (_, spec) => {
  expect(frontendsOf(service(spec), [both], 'w1')).toEqual([]);
});

test('slices of another address family have no backends', () => {
  const six: EndpointSlice = { ...both, addressType: 'IPv6' };
  expect(frontendsOf(service({}), [six], 'w1')[0]?.backends).toEqual([]);
});
