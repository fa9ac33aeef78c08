import type { Target } from '../../runtime/port.ts';
import type { CheckContext, Need } from '../check.ts';
import { demoPorts, portOf } from '../subjects.ts';
import type { Path, ProbeProtocol, Route } from './path.ts';
import { nodeTargets, outsideCgroupTargets, podTargets } from './sources.ts';

const both: readonly ProbeProtocol[] = ['tcp', 'udp'];
const outside: readonly Target[] = [{ role: 'client' }];

const needsOf: Readonly<Partial<Record<string, readonly Need[]>>> = {
  outside: ['client'],
  'outside-cgroup': ['outside-cgroup'],
};

/** Traffic through Services. ICMP has no ports: it is never load-balanced. */
export const servicePaths: readonly Path[] = [
  {
    id: 'clusterip.pod',
    sentence: 'a pod of every node reaches the Service by its cluster address',
    protocols: both,
    quick: ['tcp.small', 'udp.small'],
    routes: (context) => toClusterIP(context, podTargets(context.subjects)),
  },
  {
    id: 'clusterip.node',
    sentence: 'every node reaches the Service by its cluster address',
    protocols: both,
    routes: (context) => toClusterIP(context, nodeTargets(context.subjects)),
  },
  {
    id: 'clusterip.outside-cgroup',
    sentence: "a process in a pod but not in its node's cgroup reaches the Service",
    protocols: both,
    needs: ['outside-cgroup'],
    quick: ['tcp.small'],
    routes: (context) => toClusterIP(context, outsideCgroupTargets(context.subjects)),
  },
  {
    id: 'hairpin',
    sentence: 'a pod reaches itself through its own Service',
    protocols: both,
    routes: (context) => toItself(context, false),
  },
  {
    id: 'hairpin.outside-cgroup',
    sentence: "a pod reaches itself through its own Service from outside the node's cgroup",
    protocols: both,
    needs: ['outside-cgroup'],
    routes: (context) => toItself(context, true),
  },
  ...nodePort('node', 'every node reaches', (context) => nodeTargets(context.subjects)),
  ...nodePort('pod', 'a pod of every node reaches', (context) => podTargets(context.subjects)),
  ...nodePort('outside-cgroup', "a process outside the node's cgroup reaches", (context) =>
    outsideCgroupTargets(context.subjects),
  ),
  ...nodePort('outside', 'a client beyond the router reaches', () => outside),
];

function toClusterIP({ subjects: { demo } }: CheckContext, sources: readonly Target[]): Route[] {
  return sources.map((from) => ({
    from,
    address: demo.clusterIP,
    tcpPort: portOf(demo, demoPorts.tcp).port,
    udpPort: portOf(demo, demoPorts.udp).port,
  }));
}

const toItself = (context: CheckContext, outsideCgroup: boolean): Route[] =>
  context.subjects.servers.flatMap((server) =>
    toClusterIP(context, [{ pod: server.key, outsideCgroup }]).map((route) => ({
      ...route,
      wanted: { pod: server.name },
    })),
  );

/** The NodePort of every node, answered by a pod of that node (`local`) and by one elsewhere (`remote`). */
function nodePort(
  source: string,
  subject: string,
  sources: (context: CheckContext) => readonly Target[],
): Path[] {
  const needs = needsOf[source] ?? [];
  const routes = (context: CheckContext, isLocal: boolean): Route[] =>
    toNodePorts(context, sources(context), isLocal);
  return [
    {
      id: `nodeport.${source}.local`,
      sentence: `${subject} the NodePort of every node, and a pod of that node answers`,
      protocols: both,
      needs,
      quick: source === 'outside' ? ['tcp.small'] : [],
      routes: (context) => routes(context, true),
    },
    {
      id: `nodeport.${source}.remote`,
      sentence: `${subject} the NodePort of every node, and a pod of another node answers`,
      protocols: both,
      needs: [...needs, 'other-node'],
      quick: source === 'outside' ? ['tcp.small'] : [],
      routes: (context) => routes(context, false),
    },
  ];
}

function toNodePorts({ subjects }: CheckContext, sources: readonly Target[], isLocal: boolean): Route[] {
  const { demo, nodes, servers } = subjects;
  const serving = new Set(servers.map(({ node }) => node));
  return sources.flatMap((from) =>
    nodes
      .filter(({ name }) => !isLocal || serving.has(name))
      .map(({ name, address }) => ({
        from,
        address,
        tcpPort: portOf(demo, demoPorts.tcp).nodePort,
        udpPort: portOf(demo, demoPorts.udp).nodePort,
        wanted: isLocal ? { node: name } : { otherThanNode: name },
      })),
  );
}
