/** Lets `perSecond` things of one kind through in each second, and counts the others. */
export interface RateLimit {
  /** How many of this kind were held back since the last that passed; undefined: hold this one back too. */
  readonly pass: (kind: string) => number | undefined;
}

export function createRateLimit(perSecond: number, nowMs: () => number = Date.now): RateLimit {
  const kinds = new Map<string, { second: number; passed: number; held: number }>();
  return {
    pass: (kind) => {
      const second = Math.floor(nowMs() / 1000);
      const state = kinds.get(kind) ?? { second, passed: 0, held: 0 };
      kinds.set(kind, state);
      if (state.second !== second) Object.assign(state, { second, passed: 0 });
      if (state.passed >= perSecond) {
        state.held++;
        return undefined;
      }
      state.passed++;
      const { held } = state;
      state.held = 0;
      return held;
    },
  };
}
