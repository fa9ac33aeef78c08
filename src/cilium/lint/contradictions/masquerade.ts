import { valueUnder } from '../../values/tree.ts';
import { inRange } from '../../version.ts';
import type { Contradiction, Meaning } from './contradiction.ts';
import { replacementOf, servesNodePorts } from './replacement.ts';

const useReplacement = 'kubeProxyReplacement: true (strict before 1.14)';

/** Found in the agent of 1.12.4, 1.13.18, 1.14.0, 1.14.19, 1.15.0, 1.15.19, 1.16.19, 1.17.0, 1.18.0, 1.19.1, 1.20.2. */
export const masqueradeContradictions: readonly Contradiction[] = [
  {
    key: 'bpf.masquerade',
    before: '1.15.0',
    severity: 'error',
    check: (meaning) =>
      masqueradesByBpf(meaning) && !servesNodePorts(meaning)
        ? 'eBPF masquerade needs kube-proxy replacement: the agent falls back to iptables, and with it host routing to the legacy path'
        : undefined,
    use: useReplacement,
  },
  {
    key: 'bpf.masquerade',
    from: '1.15.0',
    before: '1.19.0',
    severity: 'error',
    check: (meaning) =>
      masqueradesByBpf(meaning) && !servesNodePorts(meaning)
        ? 'eBPF masquerade needs kube-proxy replacement, and host routing by eBPF with it: the agent ends with "BPF masquerade requires NodePort"'
        : undefined,
    use: `${useReplacement}, or nodePort.enabled: true`,
  },
  {
    key: 'bpf.masquerade',
    from: '1.19.0',
    severity: 'warning',
    check: (meaning) =>
      masqueradesByBpf(meaning) &&
      replacementOf(meaning) === 'none' &&
      meaning.intents.legacyHostRouting !== true
        ? 'eBPF masquerade works without kube-proxy replacement from 1.19 on, host routing by eBPF does not: the agent takes the legacy path'
        : undefined,
    use: `${useReplacement}, or bpf.hostLegacyRouting: true`,
  },
  {
    key: 'bpf.masquerade',
    from: '1.15.0',
    severity: 'error',
    check: (meaning) =>
      meaning.intents.bpfMasquerade === true && !masquerades(meaning)
        ? 'eBPF masquerade where nothing is masqueraded: the agent ends with a fatal error'
        : undefined,
    use: 'bpf.masquerade: false, or enableIPv4Masquerade: true',
  },
  {
    key: 'ipMasqAgent.enabled',
    severity: 'error',
    check: (meaning) =>
      valueUnder(meaning.values, 'ipMasqAgent.enabled') === true && !masqueradesByBpf(meaning)
        ? 'the ip-masq-agent is a part of eBPF masquerade: without it the agent ends with a fatal error'
        : undefined,
    use: 'bpf.masquerade: true',
  },
  {
    key: 'bpf.hostLegacyRouting',
    severity: 'error',
    check: (meaning) => {
      if (meaning.intents.legacyHostRouting !== false) return undefined;
      if (masquerades(meaning) && meaning.intents.bpfMasquerade !== true) {
        return 'eBPF host routing needs bpf.masquerade: the agent falls back to the legacy path without a word';
      }
      return replacesTooLittle(meaning)
        ? 'eBPF host routing needs kube-proxy replacement: the agent falls back to the legacy path without a word'
        : undefined;
    },
    use: 'bpf.masquerade: true and kube-proxy replacement',
  },
];

export type Family = 4 | 6;

/** Whether the agent hides pods of a family behind nodes. Charts turn IPv4 on, and masquerade where nothing is said. */
export function masqueradesFamily(family: Family, { version, values }: Meaning): boolean {
  const isOn = valueUnder(values, `ipv${family}.enabled`) ?? family === 4;
  const isOffByDefault =
    family === 4 && valueUnder(values, 'eni.enabled') === true && inRange(version, { from: '1.18.0' });
  const given = valueUnder(values, `enableIPv${family}Masquerade`) ?? !isOffByDefault;
  return isOn === true && given !== false;
}

const masquerades = (meaning: Meaning): boolean =>
  masqueradesFamily(4, meaning) || masqueradesFamily(6, meaning);

const masqueradesByBpf = (meaning: Meaning): boolean =>
  meaning.intents.bpfMasquerade === true && masquerades(meaning);

/** A part of it was enough in 1.12. */
function replacesTooLittle(meaning: Meaning): boolean {
  const replacement = replacementOf(meaning);
  return replacement === 'none' || (replacement === 'some' && inRange(meaning.version, { from: '1.13.0' }));
}
