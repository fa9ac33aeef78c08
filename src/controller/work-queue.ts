import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** Work by key: a key that is added many times is done once, never twice at a time, and again after a failure. */
export interface WorkQueue {
  readonly add: (key: string) => void;
  /** Like `add`, after a while. */
  readonly addLater: (key: string, ms: number) => void;
  readonly close: () => void;
}

const firstRetryMs = 20;
const longestRetryMs = 5000;

export function createWorkQueue(name: string, work: (key: string) => Promise<void>, log: Log): WorkQueue {
  const running = new Set<string>();
  const again = new Set<string>();
  const failures = new Map<string, number>();
  const timers = new Map<string, NodeJS.Timeout>();
  let closed = false;

  const add = (key: string): void => {
    if (closed) return;
    if (running.has(key)) again.add(key);
    else void run(key);
  };

  const addLater = (key: string, ms: number): void => {
    if (closed) return;
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key);
        add(key);
      }, ms),
    );
  };

  async function run(key: string): Promise<void> {
    running.add(key);
    try {
      await work(key);
      failures.delete(key);
    } catch (error) {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      const retryMs = Math.min(firstRetryMs * 2 ** (count - 1), longestRetryMs);
      log.warn(`${name} ${key}: ${messageOf(error)}`, { attempt: count, retryMs });
      addLater(key, retryMs);
    } finally {
      running.delete(key);
      if (again.delete(key)) add(key);
    }
  }

  return {
    add,
    addLater,
    close: () => {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
