import type { SavedRule } from './iptables-save.ts';
import type { Backend, Rulesets } from './rulesets.ts';

/** Chains that only kube-proxy makes. */
const proxyPattern =
  /^KUBE-(SERVICES|EXTERNAL-SERVICES|NODEPORTS|SVC-.*|SVL-.*|EXT-.*|FW-.*|SEP-.*|MARK-MASQ|POSTROUTING|FORWARD|PROXY-.*)$/;
/** Chains that the kubelet makes on every node, whoever balances Services. */
const kubeletPattern = /^KUBE-(KUBELET-CANARY|FIREWALL|IPTABLES-HINT)$/;

const backends: readonly Backend[] = ['nft', 'legacy'];

export const isProxyChain = (name: string): boolean => proxyPattern.test(name) && !kubeletPattern.test(name);

/** All traces of kube-proxy in netfilter, each with its place: `nft ip nat KUBE-SERVICES`. */
export function proxyChains(rulesets: Rulesets): string[] {
  const chains = backends.flatMap((backend) => [
    ...rulesets.iptables[backend].chains.map(({ table, name }) => ({
      place: `${backend} ip ${table}`,
      name,
    })),
    ...rulesets.ip6tables[backend].chains.map(({ table, name }) => ({
      place: `${backend} ip6 ${table}`,
      name,
    })),
  ]);
  const native = rulesets.nftTables.flatMap(({ family, name, chains: names }) =>
    names.map((chain) => ({ place: `nft ${family} ${name}`, name: chain })),
  );
  const named = [...chains, ...native].filter(({ name }) => isProxyChain(name));
  const tables = rulesets.nftTables
    .filter(({ name }) => name === 'kube-proxy')
    .map(({ family, name }) => `nft table ${family} ${name}`);
  return [...new Set([...named.map(({ place, name }) => `${place} ${name}`), ...tables])];
}

export interface BackedRule extends SavedRule {
  readonly backend: Backend;
}

/** IPv4 rules of both backends. */
export const rulesOf = (rulesets: Rulesets): BackedRule[] =>
  backends.flatMap((backend) => rulesets.iptables[backend].rules.map((rule) => ({ ...rule, backend })));

/** Rules that masquerade pods: MASQUERADE outside of kube-proxy's own chains, which serve Service flows. */
export const podMasquerades = (rulesets: Rulesets): BackedRule[] =>
  rulesOf(rulesets).filter(
    ({ table, target, chain }) => table === 'nat' && target === 'MASQUERADE' && !chain.startsWith('KUBE-'),
  );
