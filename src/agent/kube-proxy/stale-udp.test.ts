import { expect, test } from 'vitest';
import type { EndpointSlice, Service } from '../../core/k8s.ts';
import { endpointTable } from './endpoints.ts';
import { servicePorts } from './service-port.ts';
import { parseFlows, staleUdp } from './stale-udp.ts';

const listing = `udp      17 29 src=10.244.1.9 dst=10.96.0.10 sport=4000 dport=53 src=10.244.2.2 dst=10.244.1.9 sport=53 dport=4000 [ASSURED] mark=0 use=1
udp      17 9 src=192.168.1.2 dst=192.168.1.1 sport=4001 dport=30053 [UNREPLIED] src=10.244.2.9 dst=192.168.1.1 sport=53 dport=4001 mark=0 use=1
udp      17 9 src=10.244.1.9 dst=10.96.0.10 sport=4002 dport=53 src=10.244.2.9 dst=10.244.1.9 sport=53 dport=4002 mark=0 use=1
udp      17 9 src=10.244.1.9 dst=8.8.8.8 sport=4003 dport=53 src=8.8.8.8 dst=10.244.1.9 sport=53 dport=4003 mark=0 use=1
`;
const service: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'dns', namespace: 'n' },
  spec: {
    type: 'NodePort',
    clusterIP: '10.96.0.10',
    ports: [{ port: 53, protocol: 'UDP', nodePort: 30053 }],
  },
};
const slice: EndpointSlice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'dns-1', namespace: 'n', labels: { 'kubernetes.io/service-name': 'dns' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.244.2.2'] }],
  ports: [{ port: 53, protocol: 'UDP' }],
};

test('flows to an endpoint that is gone, by ClusterIP and by NodePort; others stay', () => {
  const flows = parseFlows(listing);
  expect(flows).toHaveLength(4);
  const stale = staleUdp(flows, servicePorts([service]), endpointTable([slice], 'here'));
  expect(stale.map(({ sport }) => sport)).toEqual([4001, 4002]);
});
