import type { Check, CheckContext, Evidence } from '../check.ts';
import { followMs } from '../engine/follow.ts';
import { moved, none, sameSet, some } from '../evidence.ts';
import { backendsOn, type DesiredPort, desiredPorts } from '../kernel/desired-services.ts';
import { type BackedRule, kubeletChains, proxyChains, removalOf, rulesOf } from '../kernel/proxy-traces.ts';
import type { Rulesets } from '../kernel/rulesets.ts';
import type { NodeEvidence } from '../kernel/view.ts';
import { flowPorts } from '../probe/flow-ports.ts';
import { commandAt } from '../probe/place.ts';
import { clients } from '../scenarios/sources.ts';
import { demoPorts, portOf } from '../subjects.ts';
import { onEveryNode } from './per-node.ts';

const saveCommand = (node: string, backend = 'nft'): string =>
  commandAt({ node }, `iptables-${backend}-save`, ['-c']);

export const kubeProxyClaims: readonly Check[] = [
  {
    id: 'claim.kube-proxy.absent',
    kind: 'claim',
    sentence: 'no node has a trace of kube-proxy: no chain, no table, no ipvs device',
    profiles: ['kpr', 'ebpf'],
    needs: [],
    quick: true,
    run: async (context) => [
      ...(await onEveryNode(context, (node, { rulesets }) => [noTraces(node, rulesets)])),
      ...(await Promise.all(context.runtime.nodes.map(({ name }) => noIpvs(context, name)))),
    ],
  },
  {
    id: 'claim.kube-proxy.chains',
    kind: 'claim',
    sentence: "kube-proxy's chains lead each Service to its ready endpoints on every node",
    profiles: ['kube-proxy'],
    needs: [],
    quick: true,
    settleMs: followMs.services,
    run: async (context) => {
      const ports = await desiredPorts(context.runtime.cluster);
      return await onEveryNode(context, (node, evidence) => chainRows(node, evidence, ports));
    },
  },
  {
    id: 'claim.kube-proxy.counters',
    kind: 'claim',
    sentence: "traffic to the Service moves the counters of kube-proxy's chains",
    profiles: ['kube-proxy'],
    needs: ['client'],
    exclusive: true,
    run: counterRows,
  },
];

/** What is found says also how to remove it: a node that was kube-proxy's keeps its chains until somebody does. */
function noTraces(node: string, rulesets: Rulesets): Evidence {
  const found = proxyChains(rulesets);
  const own = kubeletChains(rulesets);
  const tolerated = own.length === 0 ? '' : ` (of the kubelet's own: ${own.join(', ')})`;
  const row = none(
    { what: `kube-proxy's chains and tables on ${node}`, command: tracesCommand(node) },
    found,
  );
  const removal = removalOf(rulesets).map((line) => commandAt({ node }, 'sh', ['-c', `"${line}"`]));
  return {
    ...row,
    expected: `none${tolerated}`,
    observed: found.length === 0 ? row.observed : `${row.observed}; remove them: ${removal.join('; ')}`,
  };
}

const tracesCommand = (node: string): string =>
  `${commandAt({ node }, 'nft', ['list', 'chains'])}; ${saveCommand(node)}`;

async function noIpvs({ runtime }: CheckContext, node: string): Promise<Evidence> {
  const at = { node };
  const { stdout } = await runtime.at(at)('ip', ['-j', 'link', 'show']);
  const links = JSON.parse(stdout) as readonly { readonly ifname: string }[];
  return none(
    { what: `device kube-ipvs0 on ${node}`, command: commandAt(at, 'ip', ['link', 'show']) },
    links.map(({ ifname }) => ifname).filter((name) => name === 'kube-ipvs0'),
  );
}

/** Who jumps where at least, for traffic of pods and of the node itself. */
const jumps = [
  'PREROUTING KUBE-SERVICES',
  'OUTPUT KUBE-SERVICES',
  'POSTROUTING KUBE-POSTROUTING',
  'KUBE-SERVICES KUBE-NODEPORTS',
];

function chainRows(node: string, { rulesets }: NodeEvidence, ports: readonly DesiredPort[]): Evidence[] {
  const nat = rulesOf(rulesets).filter(({ table }) => table === 'nat');
  const backends = [...new Set(nat.filter(({ chain }) => chain === 'KUBE-SERVICES').map(backendOf))];
  const command = saveCommand(node, backends[0]);
  const present = new Set(nat.map(({ chain, target }) => `${chain} ${target}`));
  return [
    some({ what: `iptables backend with kube-proxy's chains on ${node}`, command }, backends),
    sameSet(
      { what: `jumps of kube-proxy's base chains on ${node}`, command },
      jumps,
      jumps.filter((jump) => present.has(jump)),
    ),
    sameSet(
      { what: `endpoints behind each Service's chain on ${node}`, command },
      ports.flatMap((port) => {
        const own = backendsOn(port.backends, port.internalPolicy, node);
        return own.map((at) => `${port.clusterIP}:${port.port}/${port.protocol} -> ${at}`);
      }),
      chainedEndpoints(nat),
    ),
  ];
}

const backendOf = ({ backend }: BackedRule): string => backend;

/** Follows KUBE-SERVICES to the Service's chain, its endpoints' chains and their DNAT. */
export function chainedEndpoints(nat: readonly BackedRule[]): string[] {
  return nat
    .filter(({ chain, target }) => chain === 'KUBE-SERVICES' && /^KUBE-(SVC|SVL)-/.test(target))
    .flatMap((rule) => {
      const address = /-d (\S+?)(?:\/32)? /.exec(rule.text)?.[1] ?? 'any';
      const port = /--dport (\d+)/.exec(rule.text)?.[1] ?? 'any';
      const protocol = (/-p (\w+)/.exec(rule.text)?.[1] ?? 'any').toUpperCase();
      return endpointsOf(nat, rule.target).map((at) => `${address}:${port}/${protocol} -> ${at}`);
    });
}

const endpointsOf = (nat: readonly BackedRule[], service: string): string[] => {
  const chains = nat
    .filter(({ chain, target }) => chain === service && target.startsWith('KUBE-SEP-'))
    .map(({ target }) => target);
  return nat
    .filter(({ chain, target }) => target === 'DNAT' && chains.includes(chain))
    .flatMap(({ text }) => /--to-destination (\S+)/.exec(text)?.[1] ?? []);
};

/** A connection from a pod by the cluster address, and one from outside by the NodePort of the same node. */
async function counterRows(context: CheckContext): Promise<Evidence[]> {
  const { subjects, prober, kernel, runtime } = context;
  const [pod] = clients(subjects);
  const node = runtime.nodes.find(({ name }) => name === pod?.node);
  if (pod === undefined || node === undefined) return [];
  const { port, nodePort } = portOf(subjects.demo, demoPorts.tcp);
  const before = sums(rulesOf(await kernel.rulesets(node.name)), subjects.demo.clusterIP, port, nodePort);
  const [localPort = 0] = flowPorts(1);
  const inside = { protocol: 'tcp', address: subjects.demo.clusterIP, port, localPort, bytes: 1 } as const;
  const outside = { protocol: 'tcp', address: node.address, port: nodePort, bytes: 1 } as const;
  const results = await Promise.all([
    prober.probe({ pod: pod.key }, inside),
    prober.probe({ role: 'client' }, outside),
  ]);
  const after = sums(rulesOf(await kernel.rulesets(node.name)), subjects.demo.clusterIP, port, nodePort);
  const command = saveCommand(node.name, before.backend);
  return [
    none(
      { what: `probes of ${pod.key} and of the outside client that failed`, command: 'labctl verify' },
      results.flatMap(({ error }) => error ?? []),
    ),
    moved({ what: `packets into ${before.chain} on ${node.name}`, command }, before.service, after.service),
    moved(
      { what: `packets into its KUBE-SEP chains on ${node.name}`, command },
      before.endpoints,
      after.endpoints,
      2,
    ),
    moved(
      { what: `packets from KUBE-NODEPORTS into KUBE-EXT on ${node.name}`, command },
      before.nodePort,
      after.nodePort,
    ),
  ];
}

interface Sums {
  readonly chain: string;
  readonly backend: string;
  readonly service: number;
  readonly endpoints: number;
  readonly nodePort: number;
}

function sums(rules: readonly BackedRule[], clusterIP: string, port: number, nodePort: number): Sums {
  const nat = rules.filter(({ table }) => table === 'nat');
  const total = (wanted: (rule: BackedRule) => boolean): number =>
    nat.filter(wanted).reduce((sum, { packets }) => sum + packets, 0);
  const isTcp = ({ text }: BackedRule, dport: number): boolean =>
    text.includes('-p tcp') && new RegExp(`--dport ${dport}\\b`).test(text);
  const entry = nat.find(
    (rule) =>
      rule.chain === 'KUBE-SERVICES' &&
      rule.target.startsWith('KUBE-SVC-') &&
      rule.text.includes(`-d ${clusterIP}/32`) &&
      isTcp(rule, port),
  );
  const chain = entry?.target ?? 'the KUBE-SVC chain';
  return {
    chain,
    backend: entry?.backend ?? 'nft',
    service: entry?.packets ?? 0,
    endpoints: total((rule) => rule.chain === chain && rule.target.startsWith('KUBE-SEP-')),
    nodePort: total(
      (rule) =>
        rule.chain === 'KUBE-NODEPORTS' && rule.target.startsWith('KUBE-EXT-') && isTcp(rule, nodePort),
    ),
  };
}
