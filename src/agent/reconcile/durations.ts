/** How long the writes of one table took. */
export interface Duration {
  readonly count: number;
  readonly totalMs: number;
  readonly lastMs: number;
}

export interface Durations {
  readonly time: (name: string, work: () => Promise<unknown> | unknown) => Promise<void>;
  readonly all: () => ReadonlyMap<string, Duration>;
}

export function createDurations(): Durations {
  const byName = new Map<string, Duration>();
  return {
    all: () => byName,
    time: async (name, work) => {
      const started = performance.now();
      try {
        await work();
      } finally {
        const lastMs = performance.now() - started;
        const before = byName.get(name) ?? { count: 0, totalMs: 0 };
        byName.set(name, { count: before.count + 1, totalMs: before.totalMs + lastMs, lastMs });
      }
    },
  };
}
