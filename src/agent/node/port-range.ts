import type { NetworkConfig, PortRange } from '../../core/agent-config.ts';

const kernelDefault: PortRange = { first: 32_768, last: 60_999 };
const unprivileged: PortRange = { first: 1024, last: 65_535 };
/** Fewer than this and clients of the node run short. */
const enough = 4096;

/**
 * Ports that the node's own sockets may take, as `ip_local_port_range` has them: the largest part of
 * the kernel's default, or of all ports, that leaves NAT and NodePorts alone.
 */
export function localPortRange({ natPortRange, nodePortRange }: NetworkConfig): string {
  const taken = [natPortRange, nodePortRange];
  const usual = largestFree(kernelDefault, taken);
  const { first, last } = sizeOf(usual) >= enough ? usual : largestFree(unprivileged, taken);
  return `${first} ${last}`;
}

function largestFree(within: PortRange, taken: readonly PortRange[]): PortRange {
  let best: PortRange = { first: within.first, last: within.first - 1 };
  let first = within.first;
  for (const range of [...taken].sort((a, b) => a.first - b.first)) {
    best = larger(best, { first, last: Math.min(range.first - 1, within.last) });
    first = Math.max(first, range.last + 1);
  }
  return larger(best, { first, last: within.last });
}

const sizeOf = ({ first, last }: PortRange): number => last - first + 1;
const larger = (a: PortRange, b: PortRange): PortRange => (sizeOf(b) > sizeOf(a) ? b : a);
