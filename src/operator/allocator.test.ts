import { describe, expect, it } from 'vitest';
import { type Cidr4, contains, overlaps, parseCidr4, parseIp4, type Range4 } from '../core/ip.ts';
import { type Allocator, createAllocator } from './allocator.ts';

const cidr = (text: string): Cidr4 => text as Cidr4;
const range = (text: string): Range4 => {
  const found = parseCidr4(text);
  if (found === undefined) throw new Error(text);
  return found;
};
const small = (): Allocator => createAllocator({ pools: [cidr('10.0.0.0/22')], maskSize: 24 });
const names = ['a', 'b', 'c', 'd'];

describe('allocator', () => {
  it('cuts the pools in their order', () => {
    const allocator = createAllocator({ pools: [cidr('10.9.0.0/25'), cidr('10.1.0.0/25')], maskSize: 26 });
    expect(names.map((name) => allocator.allocate(name))).toEqual([
      '10.9.0.0/26',
      '10.9.0.64/26',
      '10.1.0.0/26',
      '10.1.0.64/26',
    ]);
    expect(allocator.size()).toEqual({ total: 4, free: 0 });
  });

  it('has nothing more when all is given, then again what came back', () => {
    const allocator = small();
    for (const name of names) allocator.allocate(name);
    expect(allocator.allocate('e')).toBeUndefined();
    allocator.release('c');
    allocator.release('b');
    expect([allocator.allocate('e'), allocator.allocate('f'), allocator.allocate('g')]).toEqual([
      '10.0.1.0/24',
      '10.0.2.0/24',
      undefined,
    ]);
  });

  it('gives a network that came back after all that were never given', () => {
    const allocator = small();
    allocator.allocate('a');
    allocator.release('a');
    expect(names.map((name) => allocator.allocate(name))).toEqual([
      '10.0.1.0/24',
      '10.0.2.0/24',
      '10.0.3.0/24',
      '10.0.0.0/24',
    ]);
  });

  it('takes what is recorded, and says who has it where it is taken', () => {
    const allocator = small();
    expect(allocator.claim('a', cidr('10.0.1.0/24'))).toBeUndefined();
    expect(allocator.claim('b', cidr('10.0.1.0/24'))).toBe('a');
    expect(allocator.claim('b', cidr('10.0.0.0/23'))).toBe('a');
    expect(allocator.of('b')).toBeUndefined();
    expect(allocator.claim('a', cidr('10.0.1.0/24'))).toBeUndefined();
    expect(allocator.size()).toEqual({ total: 4, free: 3 });
  });

  it('keeps clear of recorded networks of other sizes and of other pools', () => {
    const allocator = small();
    allocator.claim('a', cidr('10.0.0.128/26'));
    allocator.claim('b', cidr('10.0.0.0/26'));
    allocator.claim('c', cidr('10.0.2.0/23'));
    allocator.claim('d', cidr('192.168.0.0/24'));
    expect([allocator.allocate('e'), allocator.allocate('f')]).toEqual(['10.0.1.0/24', undefined]);
    allocator.release('a');
    expect(allocator.allocate('f')).toBeUndefined();
    allocator.release('b');
    expect(allocator.allocate('f')).toBe('10.0.0.0/24');
  });

  it('passes over networks that hold addresses in use', () => {
    const inUse = ['10.0.0.7', '10.0.2.9', '172.16.0.1'].map((text) => parseIp4(text) ?? 0);
    const allocator = small();
    expect([
      allocator.allocate('a', inUse),
      allocator.allocate('b', inUse),
      allocator.allocate('c', inUse),
    ]).toEqual(['10.0.1.0/24', '10.0.3.0/24', undefined]);
  });

  it('names the network of an address', () => {
    expect(small().networkOf(parseIp4('10.0.2.77') ?? 0)).toBe('10.0.2.0/24');
    expect(small().networkOf(parseIp4('10.0.4.0') ?? 0)).toBeUndefined();
  });

  it.each([1, 2, 3, 4, 5])('shares no address in random histories (seed %i)', (seed) => {
    const random = numbers(seed);
    const pools = [cidr('10.0.0.0/22'), cidr('10.8.0.0/23')];
    const maskSize = 24 + random(4);
    let allocator = createAllocator({ pools, maskSize });
    const expected = new Map<string, Cidr4>();
    for (let step = 0; step < 800; step++) {
      const owner = `n${random(60)}`;
      switch (random(8)) {
        case 0:
        case 1:
          allocator.release(owner);
          expected.delete(owner);
          break;
        case 2: {
          const prefix = 22 + random(8);
          const network = cidr(
            `10.${random(3) * 4}.${random(4) & (0xff << Math.max(0, 24 - prefix))}.0/${prefix}`,
          );
          const holder = allocator.claim(owner, network);
          const clash = [...expected].find(
            ([other, theirs]) => other !== owner && overlaps(range(theirs), range(network)),
          );
          expect(holder === undefined).toBe(clash === undefined);
          if (holder === undefined) expected.set(owner, network);
          break;
        }
        case 3: {
          // A new process that finds what is recorded.
          allocator = createAllocator({ pools, maskSize });
          for (const [each, network] of expected) expect(allocator.claim(each, network)).toBeUndefined();
          break;
        }
        default: {
          if (expected.has(owner)) break;
          const given = allocator.allocate(owner);
          const isFree = (network: Range4): boolean =>
            ![...expected.values()].some((theirs) => overlaps(range(theirs), network));
          if (given === undefined) expect(allocator.size().free).toBe(0);
          else {
            expect(isFree(range(given))).toBe(true);
            expect(pools.some((pool) => contains(range(pool), range(given).first))).toBe(true);
            expected.set(owner, given);
          }
        }
      }
      expect(new Set(allocator.owners())).toEqual(new Set(expected.keys()));
      for (const [each, network] of expected) expect(allocator.of(each)).toBe(network);
    }
  });
});

/** A small generator with a seed: a failure can be repeated. */
function numbers(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return Math.floor((((state ^ (state >>> 13)) >>> 0) / 0x1_0000_0000) * below);
  };
}
