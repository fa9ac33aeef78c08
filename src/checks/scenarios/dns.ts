import { failure } from '../../core/errors.ts';
import { isIp4 } from '../../core/ip.ts';
import type { Target } from '../../runtime/port.ts';
import { type Check, type CheckContext, type Evidence, everyProfile } from '../check.ts';
import type { DnsProbe, ProbeResult } from '../client/protocol.ts';
import { equal, holds, some } from '../evidence.ts';
import { commandAt, placeName, probeCommand } from '../probe/place.ts';
import type { SubjectPod } from '../subjects.ts';
import { clients } from './sources.ts';

const kubernetes = ['kind', 'existing'] as const;

/** Name resolution of pods, by cluster DNS. In their evidence causes stand before effects. */
export const dnsChecks: readonly Check[] = [
  {
    id: 'conn.dns.service',
    kind: 'connectivity',
    sentence: 'pods resolve the name of a Service by cluster DNS',
    profiles: everyProfile,
    needs: [],
    runtimes: kubernetes,
    quick: true,
    run: async (context) => {
      const { key, clusterIP } = context.subjects.demo;
      const [namespace, service] = key.split('/');
      return await ofEveryClient(context, async (pod) => {
        const at = { pod: pod.key };
        const { server, domain } = await podResolver(context, at);
        const name = `${service}.${namespace}.svc.${domain}.`;
        const { row, result } = await ask(context, at, server, name);
        return [equal(row, clusterIP, answerOf(result))];
      });
    },
  },
  {
    id: 'conn.dns.upstream',
    kind: 'connectivity',
    sentence: "pods resolve a name outside of the cluster through their node's own resolver",
    profiles: everyProfile,
    needs: [],
    runtimes: kubernetes,
    run: async (context) => await ofEveryClient(context, (pod) => upstreamRows(context, pod)),
  },
];

async function ofEveryClient(
  { subjects }: CheckContext,
  rows: (pod: SubjectPod) => Promise<Evidence[]>,
): Promise<Evidence[]> {
  return (await Promise.all(clients(subjects).map(rows))).flat();
}

/**
 * The name of a node: node resolvers mostly know it, and where they do not, "no such name" must reach the
 * pod. From the node's resolver, over the way of the pod's packets to it, to cluster DNS, which asks it.
 */
async function upstreamRows(context: CheckContext, pod: SubjectPod): Promise<Evidence[]> {
  const name = `${context.runtime.nodes[0]?.name}.`;
  const node = { node: pod.node };
  const servers = nameServers(await resolvConf(context, node)).filter((each) => !each.startsWith('127.'));
  const [upstream] = servers;
  const known = some(
    {
      what: `name servers of ${pod.node} that a pod can ask`,
      command: commandAt(node, 'cat', [resolvConfPath]),
    },
    servers,
  );
  if (upstream === undefined) return [known];
  const byNode = await ask(context, node, upstream, name);
  const expected = answerOf(byNode.result);
  const at = { pod: pod.key };
  const direct = await ask(context, at, upstream, name);
  const { server } = await podResolver(context, at);
  const cluster = await ask(context, at, server, name);
  return [
    known,
    holds(byNode.row, 'an answer', expected, isAnswer(byNode.result)),
    ...(await wayRows(context, pod, upstream)),
    equal(direct.row, expected, answerOf(direct.result)),
    equal(cluster.row, expected, answerOf(cluster.result)),
  ];
}

/** Container engines redirect their resolver's address by netfilter, which redirected packets never meet. */
async function wayRows(
  { kernel, lab }: CheckContext,
  { node }: SubjectPod,
  upstream: string,
): Promise<Evidence[]> {
  // Whether Cilium's host routing lets them is not known here.
  if (lab.datapath.hostRouting !== 'bpf' || lab.cilium !== undefined) return [];
  const { tables } = await kernel.inspect(node);
  const isVia = tables.ipcache.some(({ prefix, viaStack }) => prefix === `${upstream}/32` && viaStack);
  return [
    equal(
      {
        what: `way of pods on ${node} to its name server ${upstream}`,
        command: kernel.inspectCommand(node),
      },
      "by the node's stack, where netfilter may redirect them",
      isVia
        ? "by the node's stack, where netfilter may redirect them"
        : 'past netfilter: host routing by-passes the rules that lead to the resolver',
    ),
  ];
}

async function ask(
  { prober }: CheckContext,
  from: Target,
  server: string,
  name: string,
): Promise<{
  readonly row: { readonly what: string; readonly command: string };
  readonly result: ProbeResult;
}> {
  const probe: DnsProbe = { protocol: 'dns', address: server, port: 53, name };
  const row = { what: `${placeName(from)} asks ${server} for ${name}`, command: probeCommand(from, probe) };
  return { row, result: await prober.probe(from, probe) };
}

/** As c-ares names what a server says, or that it says nothing. */
const noSuchName = ['ENOTFOUND', 'ENODATA'];
const isAnswer = ({ ok, error = '' }: ProbeResult): boolean => ok || noSuchName.includes(error);

function answerOf({ ok, error = 'no answer', addresses = [] }: ProbeResult): string {
  if (ok) return addresses.join(', ');
  return noSuchName.includes(error) ? 'no such name' : `no answer (${error})`;
}

const resolvConfPath = '/etc/resolv.conf';

const resolvConf = async ({ runtime }: CheckContext, at: Target): Promise<string> =>
  (await runtime.at(at)('cat', [resolvConfPath])).stdout;

const nameServers = (text: string): string[] =>
  [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, server = '']) => server).filter(isIp4);

/** What the kubelet told the pod. */
async function podResolver(
  context: CheckContext,
  at: Target,
): Promise<{ readonly server: string; readonly domain: string }> {
  const text = await resolvConf(context, at);
  const [server] = nameServers(text);
  const domain = /^\s*search\s.*?\bsvc\.(\S+)/m.exec(text)?.[1];
  if (server === undefined || domain === undefined) {
    throw failure('E_POD_RESOLVER', `${placeName(at)}: ${resolvConfPath} names no cluster DNS`, {
      fix: 'the pod needs dnsPolicy ClusterFirst, and the kubelet clusterDNS and clusterDomain',
    });
  }
  return { server, domain };
}
