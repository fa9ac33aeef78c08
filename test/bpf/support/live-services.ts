import { nodePort, type ServicePlan } from './tables.ts';

/** Services of live labs: backend on node1, on node2, the asking pod itself, none, the node. */
export const liveServices: readonly ServicePlan[] = (['TCP', 'UDP'] as const).flatMap((protocol, i) => [
  { address: '10.96.0.11', port: 80, protocol, backends: ['10.244.1.11:80'], revNat: 10 + i },
  { address: '10.96.0.12', port: 80, protocol, backends: ['10.244.2.10:8080'], revNat: 20 + i },
  { address: '10.96.0.10', port: 80, protocol, backends: ['10.244.1.10:8080'], revNat: 30 + i },
  { address: '10.96.0.9', port: 80, protocol, backends: [], revNat: 40 + i },
  { address: '10.96.0.8', port: 80, protocol, backends: ['10.9.0.11:7000'], revNat: 90 + i },
  {
    address: '0.0.0.0',
    port: 32011,
    protocol,
    backends: ['10.244.1.11:80'],
    revNat: 50 + i,
    flags: nodePort,
  },
  {
    address: '0.0.0.0',
    port: 32012,
    protocol,
    backends: ['10.244.2.10:80'],
    revNat: 60 + i,
    flags: nodePort,
  },
  { address: '0.0.0.0', port: 32009, protocol, backends: [], revNat: 70 + i, flags: nodePort },
]);
