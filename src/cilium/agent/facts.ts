import { isTree, valueUnder } from '../values/tree.ts';

/** What an agent says of itself in `status -o json`. */
export type Fact = 'serviceLB' | 'masquerade' | 'hostRouting' | 'routing' | 'health';

interface FactRow {
  readonly fact: Fact;
  /** Names on the way down; no name has a dot. */
  readonly path: string;
  /** Its words, each with what it means in labctl's. */
  readonly words: Readonly<Record<string, string>>;
  /** Where this is not true the word says nothing: the whole is off. Go leaves out what is false. */
  readonly onlyWith?: string;
}

/**
 * Paths and words as the agent's API defines them (cilium/cilium, api/v1/models: StatusResponse and
 * KubeProxyReplacement, Masquerading, Routing, HostRouting). Routing took the place of HostRouting, and True and
 * False that of Strict and Disabled: both are read, as what is there tells which API it is.
 */
const rows: readonly FactRow[] = [
  {
    fact: 'serviceLB',
    path: 'kube-proxy-replacement.mode',
    words: {
      True: 'bpf',
      Strict: 'bpf',
      Partial: 'partly bpf',
      Probe: 'partly bpf',
      False: 'kube-proxy',
      Disabled: 'kube-proxy',
    },
  },
  {
    fact: 'masquerade',
    path: 'masquerading.mode',
    words: { BPF: 'bpf', iptables: 'iptables' },
    onlyWith: 'masquerading.enabled',
  },
  {
    fact: 'hostRouting',
    path: 'routing.intra-host-routing-mode',
    words: { BPF: 'bpf', Legacy: 'stack' },
  },
  { fact: 'hostRouting', path: 'host-routing.mode', words: { BPF: 'bpf', Legacy: 'stack' } },
  {
    fact: 'routing',
    path: 'routing.inter-host-routing-mode',
    words: { Native: 'native', Tunnel: 'tunnel' },
  },
  { fact: 'health', path: 'cilium.state', words: { Ok: 'ok', Warning: 'warning', Failure: 'failure' } },
];

/** A word of labctl's, or what was seen in its place: a shape that is not known proves nothing. */
export type Told = { readonly word: string } | { readonly saw: string };

export function readFact(status: unknown, fact: Fact): Told {
  const own = rows.filter((row) => row.fact === fact);
  const row = own.find(({ path }) => isTree(valueUnder(status, path.slice(0, path.lastIndexOf('.')))));
  if (row === undefined) {
    const keys = isTree(status) ? `keys ${Object.keys(status).join(', ')}` : JSON.stringify(status);
    return { saw: `no ${own.map(({ path }) => path).join(' or ')}: ${keys}` };
  }
  const { path, words, onlyWith } = row;
  if (onlyWith !== undefined && valueUnder(status, onlyWith) !== true) return { word: 'off' };
  const said = valueUnder(status, path);
  const word = typeof said === 'string' && Object.hasOwn(words, said) ? words[said] : undefined;
  return word === undefined ? { saw: `${path}: ${JSON.stringify(said)}` } : { word };
}

/** Agents of older versions do not tell how packets go between nodes. */
export const knowsRouting = (status: unknown): boolean => isTree(valueUnder(status, 'routing'));

/** Addresses that the agent gave out, without the pools that newer ones write before them. */
export function allocatedAddresses(status: unknown): readonly string[] | undefined {
  const allocations = valueUnder(status, 'ipam.allocations');
  return isTree(allocations)
    ? Object.keys(allocations).map((key) => key.split('/').at(-1) ?? key)
    : undefined;
}
