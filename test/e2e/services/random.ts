/** Numbers by chance that a seed repeats. */
export interface Random {
  /** From 0 to `below` - 1. */
  readonly whole: (below: number) => number;
  readonly one: <T>(of: readonly T[]) => T;
  /** `count` different ones, in any order. */
  readonly some: <T>(count: number, of: readonly T[]) => T[];
}

/** LABCTL_TEST_SEED repeats a run. */
export const testSeed = (): number => Number(process.env.LABCTL_TEST_SEED ?? Date.now() % 1_000_000);

/** mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (below: number): number => Math.floor(next() * below);
  return {
    whole,
    one: (of) => {
      const found = of[whole(of.length)];
      if (found === undefined) throw new Error('nothing to choose from');
      return found;
    },
    some: (count, of) => {
      const left = [...of];
      return Array.from({ length: Math.min(count, left.length) }, () =>
        left.splice(whole(left.length), 1),
      ).flat();
    },
  };
}
