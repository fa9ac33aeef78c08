/** Chains that only kube-proxy makes. */
const proxyNames =
  'SERVICES|EXTERNAL-SERVICES|NODEPORTS|SVC-.*|SVL-.*|EXT-.*|FW-.*|SEP-.*|MARK-MASQ|POSTROUTING|FORWARD|PROXY-.*';
const proxyPattern = new RegExp(`^KUBE-(${proxyNames})$`);
/** Chains that the kubelet makes on every node, whoever balances Services. */
const kubeletPattern = /^KUBE-(KUBELET-CANARY|FIREWALL|IPTABLES-HINT)$/;

export const isProxyChain = (name: string): boolean => proxyPattern.test(name) && !kubeletPattern.test(name);
export const isKubeletChain = (name: string): boolean => kubeletPattern.test(name);

/**
 * Takes kube-proxy's chains, the rules inside of them and those that jump to them out of what one of iptables'
 * tools has, and leaves everything else, the kubelet's chains too. Each table is replaced as one act.
 */
export const proxyChainsRemoval = (tool: string): string =>
  `${tool}-save | grep -vwE '(^:|-[Ajg] )KUBE-${proxyWords}' | ${tool}-restore`;

/** The names as `grep -w` finds them: nothing of a word may follow. */
const proxyWords = `(${proxyNames.replaceAll('.*', '[^ ]*')})`;
