import { expect, test } from 'vitest';
import type { Endpoint, Service } from '../../core/k8s.ts';
import { endpointsOf, endpointTable } from './endpoints.ts';
import { reachableEndpoints } from './reachable.ts';
import { servicePorts } from './service-port.ts';

const endpoint = (last: number, nodeName: string, conditions?: Endpoint['conditions']): Endpoint => ({
  addresses: [`10.244.0.${last}`],
  nodeName,
  ...(conditions === undefined ? {} : { conditions }),
});
const draining = { ready: false, serving: true, terminating: true };
const dead = { ready: false, serving: false, terminating: true };
const notReady = { ready: false, serving: false, terminating: false };
const servingOnly = { ready: false, serving: true, terminating: false };
const both = { internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Local', type: 'NodePort' } as const;

function reach(spec: Service['spec'], endpoints: readonly Endpoint[]) {
  const metadata = { name: 's', namespace: 'n' };
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: {
      clusterIP: '10.96.0.1',
      ports: [{ port: 80, nodePort: spec.type === 'NodePort' ? 30000 : 0 }],
      ...spec,
    },
  };
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 's' } },
    addressType: 'IPv4',
    endpoints,
    ports: [{ port: 8080 }],
  } as const;
  const [port] = servicePorts([service]);
  if (port === undefined) throw new Error('not served');
  const reachable = reachableEndpoints(port, endpointsOf(endpointTable([slice], 'here'), port));
  const last = (list: readonly { ip: string }[]): string => list.map(({ ip }) => ip.split('.')[3]).join(' ');
  return `cluster ${last(reachable.cluster)}; local ${last(reachable.local)}; all ${last(reachable.all)}; ${reachable.hasAny}`;
}

test.each<[string, Service['spec'], Endpoint[], string]>([
  [
    'ready ones of all nodes',
    {},
    [endpoint(1, 'here'), endpoint(2, 'there')],
    'cluster 1 2; local ; all 1 2; true',
  ],
  [
    'draining ones are left out while one is ready',
    {},
    [endpoint(1, 'here', draining), endpoint(2, 'there')],
    'cluster 2; local ; all 2; true',
  ],
  [
    'draining ones serve when none is ready',
    {},
    [endpoint(1, 'here', draining), endpoint(2, 'there', dead)],
    'cluster 1; local ; all 1; true',
  ],
  [
    'not ready and not terminating never serves',
    {},
    [endpoint(1, 'here', notReady)],
    'cluster ; local ; all ; false',
  ],
  [
    'serving without terminating is no fallback',
    {},
    [endpoint(1, 'here', servingOnly)],
    'cluster ; local ; all ; false',
  ],
  [
    'Local only: no cluster endpoints',
    { internalTrafficPolicy: 'Local' },
    [endpoint(1, 'here'), endpoint(2, 'there')],
    'cluster ; local 1; all 1; true',
  ],
  [
    'Local without one here: none, though there are some',
    { internalTrafficPolicy: 'Local' },
    [endpoint(2, 'there')],
    'cluster ; local ; all ; true',
  ],
  [
    'Local falls back by itself',
    both,
    [endpoint(1, 'here', draining), endpoint(2, 'there')],
    'cluster 2; local 1; all 1 2; true',
  ],
  ['nothing at all', both, [], 'cluster ; local ; all ; false'],
])('%s', (_, spec, endpoints, expected) => {
  expect(reach(spec, endpoints)).toBe(expected);
});
