import { LabError, timeoutError } from './errors.ts';

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly intervalMs?: number;
  readonly signal?: AbortSignal;
  /** What to do when it does not come true. */
  readonly fix?: string;
}

/** A probe answers `{done: value}` when the wait is over, or `{saw}`: one line of what it found instead. */
export type Probe<T> = () => Promise<{ readonly done: T } | { readonly saw: string }>;

/**
 * Waits until `probe` is done. Past the limit it rejects with E_TIMEOUT, naming `what` and what was seen last. It looks once
 * more after the limit: where this process stood still until then, what came meanwhile has not been taken in yet.
 */
export async function waitFor<T>(what: string, probe: Probe<T>, options: WaitOptions): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  let isLast = options.timeoutMs === 0;
  for (;;) {
    options.signal?.throwIfAborted();
    const answer = await probe();
    if ('done' in answer) return answer.done;
    const isOver = Date.now() >= deadline;
    if (isOver && isLast) {
      const limit = `${(options.timeoutMs / 1000).toFixed(1)} s`;
      const fix = options.fix === undefined ? {} : { fix: options.fix };
      throw timeoutError('E_TIMEOUT', `${what}: not within ${limit}; last seen: ${answer.saw}`, fix);
    }
    isLast = isOver;
    await sleep(options.intervalMs ?? 50, options.signal);
  }
}

/** A probe that asks by commands: one that fails for a moment, as while an API server is busy, is what was seen. */
export const byCommands =
  <T>(probe: Probe<T>): Probe<T> =>
  async () => {
    try {
      return await probe();
    } catch (error) {
      if (error instanceof LabError && momentary.includes(error.code)) return { saw: error.message };
      throw error;
    }
  };

const momentary: readonly string[] = ['E_COMMAND', 'E_COMMAND_TIMEOUT'];

/** Rejects with the signal's reason when it aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
