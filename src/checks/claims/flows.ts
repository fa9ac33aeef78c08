import type { LabNode, Target } from '../../runtime/port.ts';
import type { CheckContext } from '../check.ts';
import type { SocketProbe } from '../client/protocol.ts';
import { bothWays, type MeteredFlow, type Tuple } from '../kernel/netfilter-meter.ts';
import { flowPorts } from '../probe/flow-ports.ts';
import { worldEcho } from '../scenarios/pods-and-nodes.ts';
import { demoPorts, portOf, type SubjectPod } from '../subjects.ts';
import { pairOf } from './counters.ts';

/** A flow that is made while netfilter is watched, and all the addresses that its packets can bear. */
export interface PlannedFlow extends MeteredFlow {
  readonly title: string;
  readonly from: Target;
  readonly probes: readonly SocketProbe[];
  readonly isControl: boolean;
}

const protocols = ['tcp', 'udp'] as const;
type Protocol = (typeof protocols)[number];
/** Enough that local and remote backends are both chosen: with 3 nodes, missing one is rarer than 1 in 10^4. */
const nodePortFlows = 24;

/** The control comes first: its packets would also match the wide tuples of NodePort flows. */
export function planFlows(context: CheckContext): PlannedFlow[] {
  const flows = protocols.flatMap((protocol) => [
    hostToPod(context, protocol),
    podToPod(context, protocol, 'near'),
    ...(context.subjects.nodes.length > 1 ? [podToPod(context, protocol, 'far')] : []),
    podToWorld(context, protocol),
    nodePortToPod(context, protocol),
  ]);
  return [...flows.filter(({ isControl }) => isControl), ...flows.filter(({ isControl }) => !isControl)];
}

/** From any address: which one of its own a node takes towards its pods is the datapath's choice. */
function hostToPod(context: CheckContext, protocol: Protocol): PlannedFlow {
  const [server] = context.subjects.servers;
  const node = context.runtime.nodes.find(({ name }) => name === server?.node);
  if (server === undefined || node === undefined) throw new Error('the demo has no pod on a node of the lab');
  const from = { node: node.name };
  const [port = 0] = flowPorts(1);
  const echo = echoPort(context, protocol);
  return {
    name: `control_${protocol}`,
    title: `${protocol} from ${node.name} to its pod ${server.key}`,
    from,
    isControl: true,
    probes: [probe(protocol, server.address, echo, port)],
    tuples: bothWays({ protocol, sourcePort: port, destination: server.address, destinationPort: echo }),
  };
}

function podToPod(context: CheckContext, protocol: Protocol, distance: 'near' | 'far'): PlannedFlow {
  const isNear = distance === 'near';
  const { client, server } = pairOf(context, (a, b) => (a.node === b.node) === isNear);
  const from = { pod: client.key };
  const [port = 0] = flowPorts(1);
  const echo = echoPort(context, protocol);
  return {
    name: `pods_${distance}_${protocol}`,
    title: `${protocol} from ${client.key} to ${server.key} on ${isNear ? 'its' : 'another'} node`,
    from,
    isControl: false,
    probes: [probe(protocol, server.address, echo, port)],
    tuples: bothWays(tuple(protocol, client.address, port, server.address, echo)),
  };
}

/** Before masquerade the pod's own address and port, after it the node's address and any port. */
function podToWorld(context: CheckContext, protocol: Protocol): PlannedFlow {
  const { client } = pairOf(context, () => true);
  const from = { pod: client.key };
  const [port = 0] = flowPorts(1);
  const world = context.runtime.addressOf('world') ?? '';
  const echo = protocol === 'tcp' ? worldEcho.tcpPort : worldEcho.udpPort;
  return {
    name: `world_${protocol}`,
    title: `${protocol} from ${client.key} to the world`,
    from,
    isControl: false,
    probes: [probe(protocol, world, echo, port)],
    tuples: [
      ...bothWays(tuple(protocol, client.address, port, world, echo)),
      ...bothWays(tuple(protocol, nodeOf(context, client).address, undefined, world, echo)),
    ],
  };
}

/** Client to NodePort; client to backend (after DNAT); node to backend (after DNAT and SNAT). */
function nodePortToPod(context: CheckContext, protocol: Protocol): PlannedFlow {
  const { subjects, runtime } = context;
  const from = { role: 'client' } as const;
  const ports = flowPorts(nodePortFlows);
  const client = runtime.addressOf('client') ?? '';
  const { nodePort, targetPort } = portOf(subjects.demo, demoPorts[protocol]);
  const serving = runtime.nodes.filter(({ name }) => subjects.servers.some(({ node }) => node === name));
  const nodeOfPort = (index: number): LabNode | undefined => serving[index % serving.length];
  return {
    name: `nodeport_${protocol}`,
    title: `${protocol} from outside to NodePorts, ${ports.length} connections`,
    from,
    isControl: false,
    probes: ports.map((port, index) => probe(protocol, nodeOfPort(index)?.address ?? '', nodePort, port)),
    tuples: [
      ...ports.flatMap((port, index) => [
        ...bothWays(tuple(protocol, client, port, nodeOfPort(index)?.address ?? '', nodePort)),
        ...subjects.servers.flatMap(({ address }) =>
          bothWays(tuple(protocol, client, port, address, targetPort)),
        ),
      ]),
      ...serving.flatMap((node) =>
        subjects.servers
          .filter((server) => server.node !== node.name)
          .flatMap(({ address }) => bothWays(tuple(protocol, node.address, undefined, address, targetPort))),
      ),
    ],
  };
}

const echoPort = ({ subjects }: CheckContext, protocol: Protocol): number =>
  portOf(subjects.demo, demoPorts[protocol]).targetPort;

function nodeOf({ runtime }: CheckContext, pod: SubjectPod): LabNode {
  const node = runtime.nodes.find(({ name }) => name === pod.node);
  if (node === undefined) throw new Error(`${pod.key} runs on ${pod.node}, which is no node of the lab`);
  return node;
}

const probe = (protocol: Protocol, address: string, port: number, localPort: number): SocketProbe => ({
  protocol,
  address,
  port,
  localPort,
  bytes: 1,
});

const tuple = (
  protocol: Protocol,
  source: string,
  sourcePort: number | undefined,
  destination: string,
  destinationPort: number,
): Tuple => ({
  protocol,
  source,
  destination,
  destinationPort,
  ...(sourcePort === undefined ? {} : { sourcePort }),
});
