import { valueUnder } from '../../values/tree.ts';
import { inRange } from '../../version.ts';
import type { Meaning } from './contradiction.ts';

/** How much of kube-proxy Cilium replaces. `probe`: what the kernel allows, which values do not tell. */
export type Replacement = 'all' | 'some' | 'probe' | 'none';

export function replacementOf({ version, values, intents }: Meaning): Replacement {
  if (intents.kubeProxyReplacement === true) return 'all';
  const given = valueUnder(values, 'kubeProxyReplacement');
  if (given === 'partial') return 'some';
  const isLeftOut = given === undefined || given === null || given === '' || given === false;
  if (given === 'probe' || (isLeftOut && inRange(version, { before: '1.12.1' }))) return 'probe';
  return 'none';
}

/** From here on false means as little as is asked for, as partial did before. */
const falseIsPartial = { from: '1.14.0', before: '1.19.0' };

/** Whether Cilium serves NodePorts, which eBPF masquerade builds upon; true where values do not tell. */
export function servesNodePorts(meaning: Meaning): boolean {
  const replacement = replacementOf(meaning);
  if (replacement === 'all' || replacement === 'probe') return true;
  const given = valueUnder(meaning.values, 'kubeProxyReplacement');
  const isPartial =
    replacement === 'some' || (given !== 'disabled' && inRange(meaning.version, falseIsPartial));
  return isPartial && valueUnder(meaning.values, 'nodePort.enabled') === true;
}
