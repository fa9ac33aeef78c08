import type { Iptables } from '../iptables/backend.ts';
import { planRemoval, planRestore } from '../iptables/plan.ts';
import { append, emptyRuleSet, type RuleSet } from '../iptables/rule-set.ts';

export interface MasqueradeInput {
  /** Sources: the pods of this cluster. */
  readonly podCIDR: string;
  /** Destinations that are reached with the pod's own address. */
  readonly nativeRoutingCIDR: string;
  /** Addresses of all nodes: they too see the pod's own address. */
  readonly nodeAddresses: readonly string[];
}

export const masqueradeChain = 'LABCTL-POSTROUTING';

/** Holds the stack's conntrack on without a packet that meets it: nothing jumps here. */
const conntrackChain = 'LABCTL-CONNTRACK';

const owns = (chain: string): boolean => chain === masqueradeChain || chain === conntrackChain;

/** Pods reach the world with the node's address; other pods and the nodes see the pod's own. */
export function masqueradeRules({ podCIDR, nativeRoutingCIDR, nodeAddresses }: MasqueradeInput): RuleSet {
  const rules = emptyRuleSet();
  const { nat } = rules;
  const add = (rule: string): void => append(nat, masqueradeChain, rule);
  add(`! -s ${podCIDR} -m comment --comment "labctl: not from a pod" -j RETURN`);
  add(`-d ${nativeRoutingCIDR} -m comment --comment "labctl: native routing" -j RETURN`);
  for (const address of [...new Set(nodeAddresses)].sort()) {
    add(`-d ${address} -m comment --comment "labctl: node" -j RETURN`);
  }
  add('-m comment --comment "labctl: pod to world" -j MASQUERADE --random-fully');
  // Last: what kube-proxy has marked is masqueraded by its own chain.
  nat.jumps.push({
    from: 'POSTROUTING',
    rule: `-m comment --comment "labctl: masquerade" -j ${masqueradeChain}`,
    place: 'last',
  });
  return rules;
}

/** Makes the rules those of `input`. False: they stood already. */
export async function applyMasquerade(iptables: Iptables, input: MasqueradeInput): Promise<boolean> {
  const text = planRestore(masqueradeRules(input), await iptables.save(), owns);
  await iptables.restore(text);
  return text !== '';
}

/**
 * The kernel's conntrack ends with the last rule that asks for it, and with it the translation of connections
 * that chains or masquerade began.
 */
export async function keepConntrack(iptables: Iptables): Promise<void> {
  const rules = emptyRuleSet();
  append(rules.filter, conntrackChain, '-m conntrack --ctstate ESTABLISHED -j RETURN');
  const isOwn = (chain: string): boolean => chain === conntrackChain;
  await iptables.restore(planRestore(rules, await iptables.save(), isOwn));
}

/** The rules go, connections that they translate go on. Repeatable. */
export async function endMasquerade(iptables: Iptables): Promise<void> {
  await keepConntrack(iptables);
  await iptables.restore(planRemoval(await iptables.save(), (chain) => chain === masqueradeChain));
}

/** All of it. Repeatable. */
export async function removeMasquerade(iptables: Iptables): Promise<void> {
  await iptables.restore(planRemoval(await iptables.save(), owns));
}
