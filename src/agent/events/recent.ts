/** The last things of an endless stream, and who listens to it. */
export interface Recent<T> {
  readonly add: (item: T) => void;
  readonly all: () => readonly T[];
  /** All that is kept, then what comes, until the signal aborts. A slow listener loses the oldest. */
  readonly follow: (signal: AbortSignal) => AsyncGenerator<T>;
}

export function createRecent<T>(size: number): Recent<T> {
  const kept: T[] = [];
  const listeners = new Set<(item: T) => void>();
  return {
    add: (item) => {
      kept.push(item);
      if (kept.length > size) kept.shift();
      for (const listener of listeners) listener(item);
    },
    all: () => [...kept],
    follow: (signal) => follow([...kept], size, listeners, signal),
  };
}

async function* follow<T>(
  queue: T[],
  size: number,
  listeners: Set<(item: T) => void>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  let wake = (): void => undefined;
  const listener = (item: T): void => {
    queue.push(item);
    if (queue.length > size) queue.shift();
    wake();
  };
  const abort = (): void => wake();
  listeners.add(listener);
  signal.addEventListener('abort', abort, { once: true });
  try {
    while (!signal.aborted) {
      const item = queue.shift();
      if (item !== undefined) {
        yield item;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (signal.aborted || queue.length > 0) resolve();
      });
    }
  } finally {
    listeners.delete(listener);
    signal.removeEventListener('abort', abort);
  }
}
