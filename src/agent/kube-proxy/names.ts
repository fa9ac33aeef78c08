import { createHash } from 'node:crypto';

/** Chains that exist whatever the Services are. */
export const chain = {
  services: 'KUBE-SERVICES',
  externalServices: 'KUBE-EXTERNAL-SERVICES',
  nodePorts: 'KUBE-NODEPORTS',
  postrouting: 'KUBE-POSTROUTING',
  markMasquerade: 'KUBE-MARK-MASQ',
  forward: 'KUBE-FORWARD',
  proxyFirewall: 'KUBE-PROXY-FIREWALL',
  canary: 'KUBE-PROXY-CANARY',
  /** The kubelet's; kube-proxy writes an identical copy, as it opens 127.0.0.0/8 to routing. */
  kubeletFirewall: 'KUBE-FIREWALL',
} as const;

/** Bit 14: the default `masqueradeBit`. */
export const masqueradeMark = '0x00004000';

/** Packet counters that kube-proxy makes where the kernel has nfnetlink_acct. */
export const nfacctNames = {
  invalidDropped: 'ct_state_invalid_dropped_pkts',
  localhostNodePort: 'localhost_nps_accepted_pkts',
} as const;

/** The chains of one port of one Service. */
export interface ServiceChains {
  readonly cluster: string;
  readonly local: string;
  readonly external: string;
  readonly firewall: string;
}

/** `name` is `namespace/service:port`, without `:port` where the port has no name; `protocol` is in small letters. */
export function serviceChains(name: string, protocol: string): ServiceChains {
  const hash = hashOf(name + protocol);
  return {
    cluster: `KUBE-SVC-${hash}`,
    local: `KUBE-SVL-${hash}`,
    external: `KUBE-EXT-${hash}`,
    firewall: `KUBE-FW-${hash}`,
  };
}

/** `endpoint` is `address:port`. */
export const endpointChain = (name: string, protocol: string, endpoint: string): string =>
  `KUBE-SEP-${hashOf(name + protocol + endpoint)}`;

const fixed: ReadonlySet<string> = new Set(Object.values(chain));

/** Whether kube-proxy makes a chain of this name; KUBE-FIREWALL counts, though it shares it with the kubelet. */
export const isKubeProxyChain = (name: string): boolean =>
  fixed.has(name) || /^KUBE-(SVC|SVL|EXT|FW|SEP)-/.test(name);

/** Chains that hold the rules of all Services: between one Service and the next there is no order. */
export const isSharedChain = (name: string): boolean =>
  name === chain.services ||
  name === chain.externalServices ||
  name === chain.nodePorts ||
  name === chain.proxyFirewall;

/** SHA-256 in base 32 (RFC 4648), cut to 16 characters: a chain's name has at most 28. */
function hashOf(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...createHash('sha256').update(text).digest().subarray(0, 10)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  return bits.replace(/.{5}/g, (five) => alphabet.charAt(Number.parseInt(five, 2)));
}
