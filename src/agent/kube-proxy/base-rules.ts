import { append, type RuleSet } from '../iptables/rule-set.ts';
import { chain, masqueradeMark, nfacctNames } from './names.ts';

export interface BaseOptions {
  /** Whether the kernel has the packet counters that rules may name. */
  readonly hasNfacct: boolean;
  /** False where nf_conntrack_tcp_be_liberal is set: then INVALID packets may be good ones. */
  readonly dropsInvalid: boolean;
}

/** The chains that exist whatever the Services are, and the jumps to them. Call it before rules of Services. */
export function addBaseChains({ mangle, filter, nat }: RuleSet): void {
  for (const table of [mangle, filter, nat]) table.chains.set(chain.canary, []);
  for (const name of filterChains) filter.chains.set(name, []);
  for (const name of natChains) nat.chains.set(name, []);
  filter.jumps.push(...filterJumps);
  nat.jumps.push(...natJumps);
}

/** The rules that do not depend on Services. Call it after theirs: the jump to node ports must come last. */
export function addBaseRules({ filter, nat }: RuleSet, { hasNfacct, dropsInvalid }: BaseOptions): void {
  append(
    filter,
    chain.kubeletFirewall,
    '-m comment --comment "block incoming localnet connections" -d 127.0.0.0/8 ! -s 127.0.0.0/8 ' +
      '-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
  );
  if (dropsInvalid) {
    const counter = hasNfacct ? ` -m nfacct --nfacct-name ${nfacctNames.invalidDropped}` : '';
    append(filter, chain.forward, `-m conntrack --ctstate INVALID${counter} -j DROP`);
  }
  const mark = `-m mark --mark ${masqueradeMark}/${masqueradeMark}`;
  append(filter, chain.forward, `-m comment --comment "kubernetes forwarding rules" ${mark} -j ACCEPT`);
  append(
    filter,
    chain.forward,
    '-m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  );
  append(nat, chain.postrouting, `-m mark ! --mark ${masqueradeMark}/${masqueradeMark} -j RETURN`);
  // Cleared, so that a packet which passes the stack once more is not masqueraded once more.
  append(nat, chain.postrouting, `-j MARK --xor-mark ${masqueradeMark}`);
  append(
    nat,
    chain.postrouting,
    '-m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
  );
  append(nat, chain.markMasquerade, `-j MARK --or-mark ${masqueradeMark}`);
  append(
    nat,
    chain.services,
    '-m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" ' +
      `-m addrtype --dst-type LOCAL -j ${chain.nodePorts}`,
  );
}

const filterChains = [
  chain.services,
  chain.externalServices,
  chain.forward,
  chain.nodePorts,
  chain.proxyFirewall,
  chain.kubeletFirewall,
];
const natChains = [chain.services, chain.nodePorts, chain.postrouting, chain.markMasquerade];

const jump = (from: string, to: string, words: string): { from: string; rule: string; place: 'first' } => ({
  from,
  rule: `${words}${words === '' ? '' : ' '}-j ${to}`,
  place: 'first',
});
const isNew = '-m conntrack --ctstate NEW ';
const comment = (text: string): string => `-m comment --comment "${text}"`;

// On a node the kubelet has made its jump before kube-proxy starts, so it stands last: hence it is the first here.
const filterJumps = [
  jump('INPUT', chain.kubeletFirewall, ''),
  jump('OUTPUT', chain.kubeletFirewall, ''),
  jump('INPUT', chain.externalServices, isNew + comment('kubernetes externally-visible service portals')),
  jump('FORWARD', chain.externalServices, isNew + comment('kubernetes externally-visible service portals')),
  jump('INPUT', chain.nodePorts, comment('kubernetes health check service ports')),
  jump('FORWARD', chain.services, isNew + comment('kubernetes service portals')),
  jump('OUTPUT', chain.services, isNew + comment('kubernetes service portals')),
  jump('FORWARD', chain.forward, comment('kubernetes forwarding rules')),
  jump('INPUT', chain.proxyFirewall, isNew + comment('kubernetes load balancer firewall')),
  jump('OUTPUT', chain.proxyFirewall, isNew + comment('kubernetes load balancer firewall')),
  jump('FORWARD', chain.proxyFirewall, isNew + comment('kubernetes load balancer firewall')),
];
const natJumps = [
  jump('OUTPUT', chain.services, comment('kubernetes service portals')),
  jump('PREROUTING', chain.services, comment('kubernetes service portals')),
  jump('POSTROUTING', chain.postrouting, comment('kubernetes postrouting rules')),
];
