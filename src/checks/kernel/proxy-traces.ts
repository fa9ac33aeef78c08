import { isKubeletChain, isProxyChain, proxyChainsRemoval } from '../../core/proxy-chains.ts';
import type { SavedRule } from './iptables-save.ts';
import type { Backend, Rulesets } from './rulesets.ts';

const backends: readonly Backend[] = ['nft', 'legacy'];

/** All traces of kube-proxy in netfilter, each with its place: `nft ip nat KUBE-SERVICES`. */
export function proxyChains(rulesets: Rulesets): string[] {
  const named = placedChains(rulesets).filter(({ name }) => isProxyChain(name));
  const tables = proxyTables(rulesets).map(({ family, name }) => `nft table ${family} ${name}`);
  return [...new Set([...named.map(({ place, name }) => `${place} ${name}`), ...tables])];
}

/** Chains of the kubelet's own, which look alike and stay. */
export const kubeletChains = (rulesets: Rulesets): string[] => [
  ...new Set(
    placedChains(rulesets)
      .map(({ name }) => name)
      .filter(isKubeletChain),
  ),
];

/** Commands that take kube-proxy's traces away from a node and leave everything else. */
export function removalOf(rulesets: Rulesets): string[] {
  const saved = backends.flatMap((backend) =>
    (['iptables', 'ip6tables'] as const)
      .filter((family) => rulesets[family][backend].chains.some(({ name }) => isProxyChain(name)))
      .map((family) => proxyChainsRemoval(`${family}-${backend}`)),
  );
  return [...saved, ...proxyTables(rulesets).map(({ family, name }) => `nft delete table ${family} ${name}`)];
}

const proxyTables = ({ nftTables }: Rulesets): Rulesets['nftTables'] =>
  nftTables.filter(({ name }) => name === 'kube-proxy');

function placedChains(rulesets: Rulesets): { readonly place: string; readonly name: string }[] {
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
  return [...chains, ...native];
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
