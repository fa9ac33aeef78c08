import { holds, parseCidr4 } from '../../core/ip.ts';
import type { Intents } from '../values/intents.ts';
import { valueUnder } from '../values/tree.ts';
import { type ChartVersion, inRange, type VersionRange } from '../version.ts';
import type { Finding } from './finding.ts';

/** What values mean together, beside what kind was told. */
export interface Meaning {
  readonly version: ChartVersion;
  readonly values: Readonly<Record<string, unknown>>;
  readonly intents: Partial<Intents>;
  /** kind's `networking.kubeProxyMode`, where its configuration is at hand. */
  readonly kubeProxyMode?: string;
}

interface Contradiction extends VersionRange {
  readonly key: string;
  readonly severity: Finding['severity'];
  /** What is wrong, or undefined. */
  readonly check: (meaning: Meaning) => string | undefined;
  readonly use?: string;
}

/** What Cilium's chart gives nodes where no pool is named. */
const defaultPool = '10.0.0.0/8';

/** Each says where the API server is. */
const apiServerKeys = [
  'k8sServiceHost',
  'k8sServiceHostRef.name',
  'k8sServiceLookupConfigMapName',
  'k8s.apiServerURLs',
];

/** Settings that are each right and wrong together; no chart notices. */
const contradictions: readonly Contradiction[] = [
  {
    key: 'bpf.masquerade',
    severity: 'error',
    check: ({ intents }) =>
      intents.bpfMasquerade === true && intents.kubeProxyReplacement !== true
        ? 'eBPF masquerade needs kube-proxy replacement: the agent falls back to iptables, and with it host routing to the legacy path'
        : undefined,
    use: 'kubeProxyReplacement: true (strict before 1.14)',
  },
  {
    key: 'bpf.hostLegacyRouting',
    severity: 'error',
    check: ({ intents }) =>
      intents.legacyHostRouting === false && intents.bpfMasquerade !== true
        ? 'eBPF host routing needs bpf.masquerade: the agent falls back to the legacy path without a word'
        : undefined,
    use: 'bpf.masquerade: true',
  },
  {
    key: 'ipv4NativeRoutingCIDR',
    severity: 'error',
    check: ({ intents, values }) =>
      intents.routing === 'native' &&
      intents.nativeRoutingCIDR === undefined &&
      valueUnder(values, 'enableIPv4Masquerade') !== false &&
      valueUnder(values, 'nativeRoutingCIDRFromClusterPool') !== true
        ? 'native routing without a CIDR: pod traffic between nodes is masqueraded'
        : undefined,
    use: 'ipv4NativeRoutingCIDR: the range of all pods',
  },
  {
    key: 'ipv4NativeRoutingCIDR',
    severity: 'warning',
    check: ({ intents }) => {
      if (intents.routing !== 'native' || typeof intents.nativeRoutingCIDR !== 'string') return undefined;
      if ((intents.ipam ?? 'cluster-pool') !== 'cluster-pool') return undefined;
      const routed = parseCidr4(intents.nativeRoutingCIDR);
      const outside = poolsOf(intents).filter((pool) => {
        const range = parseCidr4(pool);
        return range !== undefined && routed !== undefined && !holds(routed, range);
      });
      return outside.length === 0
        ? undefined
        : `${intents.nativeRoutingCIDR} does not hold the pool ${outside.join(', ')}: pods outside of it are masqueraded`;
    },
    use: 'the same range as ipam.operator.clusterPoolIPv4PodCIDRList',
  },
  {
    key: 'tunnelProtocol',
    from: '1.14.3',
    before: '1.17.0',
    severity: 'warning',
    check: ({ intents, values }) =>
      valueUnder(values, 'tunnelProtocol') && intents.routing === undefined
        ? 'without routingMode the chart prints tunnel-protocol twice, which strict readers of YAML refuse'
        : undefined,
    use: 'routingMode: tunnel beside it',
  },
  {
    key: 'autoDirectNodeRoutes',
    severity: 'error',
    check: ({ intents }) =>
      intents.directNodeRoutes === true && (intents.routing ?? 'tunnel') === 'tunnel'
        ? 'direct node routes with a tunnel: the agent ends with a fatal error'
        : undefined,
    use: 'native routing, or autoDirectNodeRoutes: false',
  },
  {
    key: 'k8sServiceHost',
    severity: 'error',
    check: ({ intents, values }) =>
      intents.kubeProxyReplacement === true && !apiServerKeys.some((key) => valueUnder(values, key))
        ? 'without kube-proxy the agent cannot reach the API server by its Service'
        : undefined,
    use: 'k8sServiceHost and k8sServicePort: the address of the API server itself',
  },
  {
    key: 'kubeProxyReplacement',
    severity: 'error',
    check: ({ intents, kubeProxyMode }) =>
      kubeProxyMode === 'none' && intents.kubeProxyReplacement !== true
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

export function findContradictions(meaning: Meaning): Finding[] {
  return contradictions.flatMap(({ key, severity, check, use, ...range }) => {
    const message = inRange(meaning.version, range) ? check(meaning) : undefined;
    return message === undefined
      ? []
      : [{ rule: 'contradiction' as const, severity, key, message, ...(use === undefined ? {} : { use }) }];
  });
}

function poolsOf({ pools }: Partial<Intents>): readonly string[] {
  // Charts take a list and, as helm users type it, a single text.
  const given: unknown = pools;
  if (typeof given === 'string') return [given];
  return Array.isArray(given) ? given.map(String) : [defaultPool];
}
