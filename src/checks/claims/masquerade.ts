import type { Check, CheckContext, Evidence } from '../check.ts';
import type { SocketProbe } from '../client/protocol.ts';
import { equal, holds, moved, none, some } from '../evidence.ts';
import { type BackedRule, podMasquerades, rulesOf } from '../kernel/proxy-traces.ts';
import { commandAt, probeCommand } from '../probe/place.ts';
import { worldEcho } from '../scenarios/pods-and-nodes.ts';
import { clients } from '../scenarios/sources.ts';
import type { SubjectPod } from '../subjects.ts';
import { onEveryNode } from './per-node.ts';

export const masqueradeClaims: readonly Check[] = [
  {
    id: 'claim.masquerade.iptables',
    kind: 'claim',
    sentence: "netfilter masquerades pods: its rule counts the flow, and outside sees the node's address",
    profiles: ['kube-proxy', 'kpr'],
    needs: ['world'],
    exclusive: true,
    run: async (context) => {
      const counts = async (node: string): Promise<number> =>
        total(podMasquerades(await context.kernel.rulesets(node)));
      return await ofEveryClient(context, async (pod) => {
        const before = await counts(pod.node);
        const seen = await seenOutside(context, pod);
        const after = await counts(pod.node);
        const command = commandAt({ node: pod.node }, 'iptables-nft-save', ['-c', '-t', 'nat']);
        return [...seen, moved({ what: `packets of MASQUERADE on ${pod.node}`, command }, before, after)];
      });
    },
  },
  {
    id: 'claim.masquerade.outside',
    kind: 'claim',
    sentence: "outside sees the node's address although netfilter rewrites no source",
    profiles: ['ebpf'],
    needs: ['world'],
    run: async (context) => [
      ...(await onEveryNode(context, (node, { rulesets }) => [
        none(
          {
            what: `source NAT rules of netfilter on ${node}`,
            command: commandAt({ node }, 'nft', ['list', 'ruleset']),
          },
          rulesOf(rulesets)
            .filter(({ target }) => target === 'MASQUERADE' || target === 'SNAT')
            .filter(({ chain }) => !chain.startsWith('DOCKER_'))
            .map(({ backend, chain, text }) => `${backend} ${chain} ${text}`),
        ),
      ])),
      ...(await ofEveryClient(context, (pod) => seenOutside(context, pod))),
    ],
  },
  {
    id: 'claim.nat.entry',
    kind: 'claim',
    sentence: 'the NAT map of the node holds the live flow, as outside sees it',
    profiles: ['ebpf'],
    needs: ['world'],
    run: natRows(ownTranslations),
  },
];

/** A live TCP flow of a pod, ends as `address:port`. */
export interface LiveFlow {
  readonly node: string;
  readonly original: string;
  readonly peer: string;
}
/** `address:port` that the NAT map of a flow's node writes in its place, and the command that shows it. */
export interface Translations {
  readonly found: readonly string[];
  readonly command: string;
}

async function ofEveryClient(
  { subjects }: CheckContext,
  rows: (pod: SubjectPod) => Promise<Evidence[]>,
): Promise<Evidence[]> {
  return (await Promise.all(clients(subjects).map(rows))).flat();
}

const total = (rules: readonly BackedRule[]): number => rules.reduce((sum, { packets }) => sum + packets, 0);

const worldProbe = ({ runtime }: CheckContext): SocketProbe => ({
  protocol: 'tcp',
  address: runtime.addressOf('world') ?? '',
  port: worldEcho.tcpPort,
  bytes: 1,
});

async function seenOutside(context: CheckContext, pod: SubjectPod): Promise<Evidence[]> {
  const probe = worldProbe(context);
  const { answeredBy, error } = await context.prober.probe({ pod: pod.key }, probe);
  return [addressRow(context, pod, probe, answeredBy?.client ?? error ?? 'nothing')];
}

function addressRow(
  { runtime }: CheckContext,
  pod: SubjectPod,
  probe: SocketProbe,
  observed: string,
): Evidence {
  const node = runtime.nodes.find(({ name }) => name === pod.node);
  return equal(
    { what: `source of ${pod.key} as the world sees it`, command: probeCommand({ pod: pod.key }, probe) },
    node?.address ?? 'a known node',
    observed,
  );
}

async function ownTranslations({ kernel }: CheckContext, flow: LiveFlow): Promise<Translations> {
  const { tables } = await kernel.inspect(flow.node);
  const entries = tables.nat.filter(
    ({ original, originalPort, peer, peerPort, protocol }) =>
      `${original}:${originalPort}` === flow.original &&
      `${peer}:${peerPort}` === flow.peer &&
      protocol === 6,
  );
  return {
    found: entries.map(({ translated, translatedPort }) => `${translated}:${translatedPort}`),
    command: kernel.inspectCommand(flow.node),
  };
}

/** Each client holds a connection open while the map of its node is read: an entry of a closed flow may be gone already. */
export function natRows(
  translations: (context: CheckContext, flow: LiveFlow) => Promise<Translations>,
): (context: CheckContext) => Promise<Evidence[]> {
  return (context) =>
    ofEveryClient(context, async (pod) => {
      const probe = worldProbe(context);
      const held = await context.prober.hold({ pod: pod.key }, probe);
      try {
        const original = `${pod.address}:${held.localPort}`;
        const peer = `${probe.address}:${probe.port}`;
        const { found, command } = await translations(context, { node: pod.node, original, peer });
        const outside = `${held.answeredBy.client}:${held.answeredBy.clientPort}`;
        return [
          addressRow(context, pod, probe, held.answeredBy.client),
          some({ what: `NAT entry of ${original} to ${peer}`, command }, found),
          holds(
            { what: 'its translated address and port', command },
            outside,
            found.join(', ') || 'none',
            found.includes(outside),
          ),
        ];
      } finally {
        await held.stop();
      }
    });
}
