import { type Probe, type ProbeContext, type Seen, trying } from './probe.ts';

/** What kube-proxy writes, one rule of each match and target: enough to know that the kernel has them. */
const kubeProxyRules = `*filter
:KUBE-T - [0:0]
-A KUBE-T -m comment --comment "t" -m conntrack --ctstate INVALID -j DROP
-A KUBE-T -p tcp -j REJECT
COMMIT
*nat
:KUBE-T - [0:0]
:KUBE-S - [0:0]
-A KUBE-T -m statistic --mode random --probability 0.50000000000 -j KUBE-S
-A KUBE-T -m addrtype --dst-type LOCAL -j KUBE-S
-A KUBE-T -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-T -j MARK --set-xmark 0x4000/0x0
-A KUBE-T -j MASQUERADE --random-fully
-A KUBE-S -p tcp -j DNAT --to-destination 192.0.2.1:80
COMMIT
`;

/** As verify counts: a table of its own, before everything else, without connection tracking. */
const nftRules = `table ip t {
  chain c {
    type filter hook prerouting priority -450;
    tcp dport 80 counter
  }
}
`;

const kubeProxyOnly = ['kube-proxy'] as const;
const stackProfiles = ['kube-proxy', 'kpr'] as const;

/** Netfilter, tried in a network namespace of its own. */
export const netfilterProbes: readonly Probe[] = [
  {
    id: 'netfilter.chains',
    title: "kube-proxy's rules are accepted",
    need: 'the profile writes the chains that kube-proxy writes',
    runtimes: ['netns'],
    profiles: kubeProxyOnly,
    run: acceptsRules,
    fix: ({ packages }) =>
      `${packages.install('iptables')}; the kernel needs nf_nat, xt_conntrack, xt_statistic, xt_addrtype, xt_mark, xt_comment, xt_MASQUERADE`,
  },
  {
    id: 'netfilter.masquerade',
    title: 'iptables masquerades',
    need: 'pods reach the world by the MASQUERADE target in this profile',
    runtimes: ['netns'],
    profiles: stackProfiles,
    run: trying('unshare', [
      ...['--net', 'iptables', '-w', '5', '-t', 'nat'],
      ...['-A', 'POSTROUTING', '-s', '192.0.2.0/24', '-j', 'MASQUERADE'],
    ]),
    fix: ({ packages }) => `${packages.install('iptables')}; the kernel needs nf_nat and xt_MASQUERADE`,
  },
  {
    id: 'netfilter.nft',
    title: 'nft counts packets',
    need: 'verify proves by counters of its own which packets netfilter sees',
    runtimes: ['netns'],
    run: trying('unshare', ['--net', 'nft', '-f', '-'], nftRules),
    fix: ({ packages }) => `${packages.install('nft')}; the kernel needs nf_tables`,
  },
];

async function acceptsRules(context: ProbeContext): Promise<Seen> {
  const seen = await trying('unshare', ['--net', 'iptables-restore', '-w', '5'], kubeProxyRules)(context);
  if (!seen.ok) return seen;
  const { stdout } = await context.exec('iptables', ['--version'], { allowFailure: true });
  return { ok: true, saw: stdout.trim() };
}
