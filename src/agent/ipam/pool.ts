import { type Cidr4, contains, formatIp4, type Ip4, parseCidr4, parseIp4 } from '../../core/ip.ts';

/** Order in which a pool hands out addresses. What is held is told by the endpoint records, not by this. */
export interface PoolState {
  /** First offset that was never handed out. */
  readonly next: number;
  /** Freed offsets, longest free first. */
  readonly freed: readonly number[];
}
export const freshPool: PoolState = { next: 0, freed: [] };

export interface Pool {
  readonly capacity: number;
  readonly held: () => number;
  /** An address that nobody holds: never used ones first, then the one that has been free longest. */
  readonly take: () => Ip4 | undefined;
  readonly release: (address: Ip4) => void;
  readonly state: () => PoolState;
}

/**
 * The pod addresses of a node: all of `cidr` but the network address, the gateway after it, and the
 * broadcast address. `held` wins over `state`, so a state file that was lost or is old gives no address twice.
 */
export function createPool(cidr: Cidr4, state: PoolState, held: Iterable<string>): Pool {
  const range = parseCidr4(cidr);
  if (range === undefined || range.prefix > 30) throw new RangeError(`${cidr} has no room for pods`);
  const first = range.first + reservedAtStart;
  const capacity = range.last - first;
  const taken = new Set<number>();
  for (const text of held) {
    const address = parseIp4(text);
    if (address !== undefined && contains(range, address)) taken.add(address - first);
  }
  let next = Math.min(capacity, Math.max(state.next, ...[...taken].map((offset) => offset + 1)));
  const freed = new Set(state.freed.filter((offset) => offset < next && !taken.has(offset)));
  for (let offset = 0; offset < next; offset++) if (!taken.has(offset)) freed.add(offset);

  return {
    capacity,
    held: () => taken.size,
    take: () => {
      const offset = next < capacity ? next++ : oldest(freed);
      if (offset === undefined) return undefined;
      taken.add(offset);
      return formatIp4(first + offset);
    },
    release: (address) => {
      const offset = (parseIp4(address) ?? 0) - first;
      if (taken.delete(offset)) freed.add(offset);
    },
    state: () => ({ next, freed: [...freed] }),
  };
}

/** The network address and the gateway. */
const reservedAtStart = 2;

function oldest(freed: Set<number>): number | undefined {
  for (const offset of freed) {
    freed.delete(offset);
    return offset;
  }
  return undefined;
}
