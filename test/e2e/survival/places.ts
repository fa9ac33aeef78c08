import type { EndpointSlice, Pod, Service } from '../../../src/core/k8s.ts';
import type { Target } from '../../../src/runtime/port.ts';
import { addressOf, type LiveLab, nodeAddress, nodeOf } from '../support/lab.ts';
import type { Destination } from './protocol.ts';

/** One way through the datapath that connections must survive on. */
export interface StreamPlace {
  readonly title: 'node port' | 'world' | 'pod to pod' | 'cluster address';
  readonly from: Target;
  readonly to: Destination;
  /** Who answers, and the source that it must see: `pod from address`. */
  readonly seen: string;
}

const echoPort = 7000;
/** Below those that Kubernetes gives by itself, so that nobody has it. */
const nodePort = 30080;
const serviceName = 'streams';
const clusterIP = '10.96.77.77';
/** Of labs in namespaces. */
const usualWorld = '198.51.100.2';

/** Pods on three nodes, so that every way leads over two of them. */
export interface Scene {
  readonly client: Pod;
  /** On another node; outside clients come in there. */
  readonly otherClient: Pod;
  readonly server: Pod;
}

export function sceneOf(lab: LiveLab): Scene {
  const named = (prefix: string): Pod[] =>
    lab.pods.filter(({ metadata }) => metadata.name.startsWith(prefix));
  const clients = named('hello-').sort((a, b) => nodeOf(a).localeCompare(nodeOf(b)));
  const [client, otherClient] = clients;
  const server = named('demo-').find((pod) => !clients.map(nodeOf).includes(nodeOf(pod)));
  if (client === undefined || otherClient === undefined || server === undefined) {
    throw new Error('the lab has no three nodes with pods of hello and demo');
  }
  return { client, otherClient, server };
}

/** A Service that only the scene's server serves. */
export const streamService = ({ server }: Scene): readonly [Service, EndpointSlice] => [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: serviceName, namespace: 'default' },
    spec: { type: 'NodePort', clusterIP, ports: [{ port: echoPort, targetPort: echoPort, nodePort }] },
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${serviceName}-1`,
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': serviceName },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: [addressOf(server)], conditions: { ready: true }, nodeName: nodeOf(server) }],
    ports: [{ name: '', protocol: 'TCP', port: echoPort }],
  },
];

export function placesOf(
  lab: LiveLab,
  { client, otherClient, server }: Scene,
  world: string = usualWorld,
): StreamPlace[] {
  const pod = client.metadata.name;
  const entry = nodeOf(otherClient);
  const answering = (source: string): string => `${server.metadata.name} from ${source}`;
  return [
    {
      title: 'node port',
      from: { role: 'client' },
      to: { address: nodeAddress(lab, entry), port: nodePort },
      seen: answering(nodeAddress(lab, entry)),
    },
    {
      title: 'world',
      from: { pod },
      to: { address: world, port: echoPort },
      seen: `world from ${nodeAddress(lab, nodeOf(client))}`,
    },
    {
      title: 'pod to pod',
      from: { pod },
      to: { address: addressOf(server), port: echoPort },
      seen: answering(addressOf(client)),
    },
    {
      title: 'cluster address',
      from: { pod: otherClient.metadata.name, outsideCgroup: true },
      to: { address: clusterIP, port: echoPort },
      seen: answering(addressOf(otherClient)),
    },
  ];
}
