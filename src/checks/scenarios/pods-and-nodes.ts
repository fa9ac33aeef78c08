import type { CheckContext } from '../check.ts';
import { demoPorts, portOf, type SubjectPod } from '../subjects.ts';
import type { Path, ProbeProtocol, Route } from './path.ts';
import { clients } from './sources.ts';

const all: readonly ProbeProtocol[] = ['tcp', 'udp', 'icmp'];

/** Direct traffic: between pods, between pods and nodes, to the world. No Service is involved. */
export const podAndNodePaths: readonly Path[] = [
  {
    id: 'pod.same-node',
    sentence: 'a pod reaches another pod of its node',
    protocols: all,
    quick: ['tcp.small'],
    routes: (context) =>
      context.subjects.neighbours.flatMap((from) =>
        context.subjects.servers
          .filter((server) => server.node === from.node)
          .map((server) => toPod(context, { pod: from.key }, server, 0)),
      ),
  },
  {
    id: 'pod.other-node',
    sentence: 'a pod reaches pods of all other nodes',
    protocols: all,
    needs: ['other-node'],
    quick: ['tcp.small', 'udp.mtu', 'icmp.small'],
    routes: (context) =>
      clients(context.subjects).flatMap((from) =>
        context.subjects.servers
          .filter((server) => server.node !== from.node)
          .map((server) => toPod(context, { pod: from.key }, server, 1)),
      ),
  },
  {
    id: 'pod.own-node',
    sentence: "a pod reaches its own node's address",
    protocols: all,
    routes: (context) => toNodes(context, (from, node) => from === node),
  },
  {
    id: 'pod.other-node-address',
    sentence: 'a pod reaches the addresses of all other nodes',
    protocols: all,
    needs: ['other-node'],
    routes: (context) => toNodes(context, (from, node) => from !== node),
  },
  {
    id: 'node.own-pod',
    sentence: 'a node reaches its own pods, as probes of the kubelet do',
    protocols: all,
    quick: ['tcp.small'],
    routes: (context) => fromNodes(context, (node, server) => server.node === node, 0),
  },
  {
    id: 'node.other-pod',
    sentence: 'a node reaches pods of all other nodes',
    protocols: all,
    needs: ['other-node'],
    routes: (context) => fromNodes(context, (node, server) => server.node !== node, 1),
  },
  {
    id: 'world',
    sentence: 'a pod of every node reaches a host beyond the router',
    protocols: all,
    needs: ['world'],
    quick: ['tcp.small'],
    routes: (context) =>
      clients(context.subjects).map((from) => ({
        from: { pod: from.key },
        address: context.runtime.addressOf('world') ?? '',
        ...worldEcho,
        hops: 1,
      })),
  },
];

/** Where the world host echoes: the demo server's own ports. */
export const worldEcho = { tcpPort: 7000, udpPort: 7000 } as const;

function toPod(context: CheckContext, from: Route['from'], server: SubjectPod, hops: number): Route {
  const { demo } = context.subjects;
  return {
    from,
    address: server.address,
    tcpPort: portOf(demo, demoPorts.tcp).targetPort,
    udpPort: portOf(demo, demoPorts.udp).targetPort,
    wanted: { pod: server.name },
    hops,
  };
}

async function toNodes(
  { subjects, prober }: CheckContext,
  isWanted: (from: string, node: string) => boolean,
): Promise<Route[]> {
  const pairs = clients(subjects).flatMap((from) =>
    subjects.nodes.filter((node) => isWanted(from.node, node.name)).map((node) => ({ from, node })),
  );
  return await Promise.all(
    pairs.map(async ({ from, node }): Promise<Route> => {
      const ports = await prober.serveAt(node.name);
      return {
        from: { pod: from.key },
        address: node.address,
        tcpPort: ports.tcp,
        udpPort: ports.udp,
        wanted: { node: node.name },
        hops: from.node === node.name ? 0 : 1,
      };
    }),
  );
}

const fromNodes = (
  context: CheckContext,
  isWanted: (node: string, server: SubjectPod) => boolean,
  hops: number,
): Route[] =>
  context.subjects.nodes.flatMap(({ name }) =>
    context.subjects.servers
      .filter((server) => isWanted(name, server))
      .map((server) => toPod(context, { node: name }, server, hops)),
  );
