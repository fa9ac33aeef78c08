import { expect, test } from 'vitest';
import type { EndpointSlice, Service } from '../../core/k8s.ts';
import { endpointTable } from './endpoints.ts';
import { servicePorts } from './service-port.ts';
import { deletions, parseFlows, staleUdp } from './stale-udp.ts';

const listing = `udp      17 29 src=10.244.1.9 dst=10.96.0.10 sport=4000 dport=53 src=10.244.2.2 dst=10.244.1.9 sport=53 dport=4000 [ASSURED] mark=0 use=1
udp      17 9 src=192.168.1.2 dst=192.168.1.1 sport=4001 dport=30053 [UNREPLIED] src=10.244.2.9 dst=192.168.1.1 sport=53 dport=4001 mark=0 use=1
udp      17 9 src=10.244.1.9 dst=10.96.0.10 sport=4002 dport=53 src=10.244.2.9 dst=10.244.1.9 sport=53 dport=4002 mark=0 use=1
udp      17 9 src=10.244.1.9 dst=8.8.8.8 sport=4003 dport=53 src=8.8.8.8 dst=10.244.1.9 sport=53 dport=4003 mark=0 use=1
udp      17 9 src=10.244.1.9 dst=10.96.0.10 sport=4004 dport=53 src=10.244.2.2 dst=10.244.1.9 sport=5353 dport=4004 mark=0 use=1
udp      17 9 src=10.244.1.8 dst=10.96.0.10 sport=4005 dport=53 src=10.244.2.9 dst=10.244.1.8 sport=53 dport=4005 mark=0 use=1
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

const stale = () => staleUdp(parseFlows(listing), servicePorts([service]), endpointTable([slice], 'here'));

test('flows to an address or a port that serves no more, by ClusterIP and by NodePort; others stay', () => {
  expect(parseFlows(listing)).toHaveLength(6);
  expect(stale().map(({ sport }) => sport)).toEqual([4001, 4002, 4004, 4005]);
});

test('all clients of one endpoint are one deletion', () => {
  expect(deletions(stale()).map((words) => words.join(' '))).toEqual([
    '-d 192.168.1.1 --orig-port-dst 30053 -r 10.244.2.9 --reply-port-src 53',
    '-d 10.96.0.10 --orig-port-dst 53 -r 10.244.2.9 --reply-port-src 53',
    '-d 10.96.0.10 --orig-port-dst 53 -r 10.244.2.2 --reply-port-src 5353',
  ]);
});
