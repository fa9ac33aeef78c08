import { type Cidr4, formatIp4, overlaps, parseCidr4, type Range4 } from '../core/ip.ts';
import type { PoolConfig } from '../core/operator-config.ts';

/** Who has which network. Two owners never share an address, whatever was recorded before. */
export interface Allocator {
  readonly of: (owner: string) => Cidr4 | undefined;
  /**
   * Takes a network that is recorded as the owner's, of a pool or not. Undefined when it is the owner's now;
   * else who has some of it already, and nothing changes.
   */
  readonly claim: (owner: string, cidr: Cidr4) => string | undefined;
  /**
   * A network of its own that holds none of the addresses `inUse`: the next one, going round the pools.
   * Undefined where there is none.
   */
  readonly allocate: (owner: string, inUse?: Iterable<number>) => Cidr4 | undefined;
  readonly release: (owner: string) => void;
  /** The node network that an address would belong to, undefined outside of all pools. */
  readonly networkOf: (address: number) => Cidr4 | undefined;
  readonly owners: () => readonly string[];
  readonly size: () => PoolSize;
}

/** In networks of the mask size. */
export interface PoolSize {
  readonly total: number;
  readonly free: number;
}

export function createAllocator({ pools, maskSize }: PoolConfig): Allocator {
  const blocks = blocksOf(pools, maskSize);
  const held = new Map<string, { readonly cidr: Cidr4; readonly range: Range4 }>();
  /** How many owners have a part of a block: a recorded network may be smaller than one, or span several. */
  const shares = new Map<number, number>();
  /** Where the next search begins: a network that came back is given again as late as possible. */
  let cursor = 0;

  const count = (range: Range4, by: 1 | -1): void => {
    for (const block of blocks.within(range)) {
      const shared = (shares.get(block) ?? 0) + by;
      if (shared === 0) shares.delete(block);
      else shares.set(block, shared);
    }
  };
  const hold = (owner: string, cidr: Cidr4, range: Range4): void => {
    held.set(owner, { cidr, range });
    count(range, 1);
    for (const block of blocks.within(range)) cursor = Math.max(cursor, block + 1);
  };
  const release = (owner: string): void => {
    const present = held.get(owner);
    if (present === undefined) return;
    held.delete(owner);
    count(present.range, -1);
  };

  return {
    of: (owner) => held.get(owner)?.cidr,
    claim: (owner, cidr) => {
      const range = rangeOf(cidr);
      for (const [other, present] of held) {
        if (other !== owner && overlaps(present.range, range)) return other;
      }
      release(owner);
      hold(owner, cidr, range);
      return undefined;
    },
    allocate: (owner, inUse = []) => {
      const avoided = new Set([...inUse].flatMap((address) => blocks.at(address) ?? []));
      for (let step = 0; step < blocks.total; step++) {
        const block = (cursor + step) % blocks.total;
        if (shares.has(block) || avoided.has(block)) continue;
        release(owner);
        hold(owner, blocks.cidr(block), rangeOf(blocks.cidr(block)));
        cursor = block + 1;
        return blocks.cidr(block);
      }
      return undefined;
    },
    release,
    networkOf: (address) => {
      const block = blocks.at(address);
      return block === undefined ? undefined : blocks.cidr(block);
    },
    owners: () => [...held.keys()],
    size: () => ({ total: blocks.total, free: blocks.total - shares.size }),
  };
}

/** The pools as one row of numbered networks. */
interface Blocks {
  readonly total: number;
  readonly cidr: (block: number) => Cidr4;
  readonly at: (address: number) => number | undefined;
  readonly within: (range: Range4) => Iterable<number>;
}

function blocksOf(pools: readonly Cidr4[], maskSize: number): Blocks {
  const size = 2 ** (32 - maskSize);
  let total = 0;
  const parts = pools.map((pool) => {
    const range = rangeOf(pool);
    if (range.prefix > maskSize) throw new RangeError(`pool ${pool} has no /${maskSize}`);
    const part = { ...range, firstBlock: total };
    total += (range.last - range.first + 1) / size;
    return part;
  });
  return {
    total,
    cidr: (block) => {
      const part = parts.findLast(({ firstBlock }) => firstBlock <= block);
      if (part === undefined || block >= total) throw new RangeError(`there is no network ${block}`);
      return `${formatIp4(part.first + (block - part.firstBlock) * size)}/${maskSize}` as Cidr4;
    },
    at: (address) => {
      const part = parts.find(({ first, last }) => address >= first && address <= last);
      return part && part.firstBlock + Math.floor((address - part.first) / size);
    },
    *within(range) {
      for (const part of parts.filter((one) => overlaps(one, range))) {
        const first = Math.max(range.first, part.first) - part.first;
        const last = Math.min(range.last, part.last) - part.first;
        for (let at = Math.floor(first / size); at <= Math.floor(last / size); at++)
          yield part.firstBlock + at;
      }
    },
  };
}

function rangeOf(cidr: Cidr4): Range4 {
  const range = parseCidr4(cidr);
  if (range === undefined) throw new RangeError(`${cidr} is no network`);
  return range;
}
