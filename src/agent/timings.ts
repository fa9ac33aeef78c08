/** Milliseconds of the steps of the start, and since when the process lives. */
export interface Timings {
  /** Ends the step before this one. */
  readonly step: (name: string) => void;
  readonly all: () => Readonly<Record<string, number>>;
}

export function createTimings(now: () => number = () => performance.now()): Timings {
  const done: Record<string, number> = {};
  let previous: { readonly name: string; readonly at: number } = { name: 'process', at: 0 };
  return {
    step: (name) => {
      const at = now();
      done[previous.name] = Math.round((at - previous.at) * 10) / 10;
      previous = { name, at };
    },
    all: () => ({ ...done }),
  };
}
