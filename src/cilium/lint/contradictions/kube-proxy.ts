import { valueUnder } from '../../values/tree.ts';
import type { Contradiction, Meaning } from './contradiction.ts';
import { replacementOf } from './replacement.ts';

/** Each says where the API server is. */
const apiServerKeys = [
  'k8sServiceHost',
  'k8sServiceHostRef.name',
  'k8sServiceLookupConfigMapName',
  'k8s.apiServerURLs',
];
const useAddress = 'k8sServiceHost and k8sServicePort: the address of the API server itself';

export const kubeProxyContradictions: readonly Contradiction[] = [
  {
    key: 'k8sServiceHost',
    severity: 'error',
    check: (meaning) =>
      meaning.kubeProxyMode === 'none' && goesByService(meaning)
        ? 'without kube-proxy the agent cannot reach the API server by its Service'
        : undefined,
    use: useAddress,
  },
  {
    key: 'k8sServiceHost',
    severity: 'warning',
    check: (meaning) =>
      meaning.kubeProxyMode === undefined && goesByService(meaning)
        ? 'where no kube-proxy runs the agent cannot reach the API server by its Service'
        : undefined,
    use: useAddress,
  },
  {
    key: 'kubeProxyReplacement',
    severity: 'error',
    check: (meaning) =>
      meaning.kubeProxyMode === 'none' && ['none', 'some'].includes(replacementOf(meaning))
        ? 'kind installs no kube-proxy (kubeProxyMode: none) and Cilium does not replace it: no Service works'
        : undefined,
    use: 'kubeProxyReplacement: true (strict before 1.14)',
  },
  {
    key: 'kubeProxyReplacement',
    severity: 'warning',
    check: ({ intents, kubeProxyMode }) =>
      kubeProxyMode !== undefined && kubeProxyMode !== 'none' && intents.kubeProxyReplacement === true
        ? `kind installs kube-proxy (kubeProxyMode: ${kubeProxyMode}) beside its replacement: its chains stay and mislead`
        : undefined,
    use: 'kubeProxyMode: none in the kind configuration',
  },
];

/** kube-proxy is replaced, and nothing else says where the API server is. */
const goesByService = ({ intents, values }: Meaning): boolean =>
  intents.kubeProxyReplacement === true && !apiServerKeys.some((key) => valueUnder(values, key));
