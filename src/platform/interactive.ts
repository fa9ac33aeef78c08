import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { environmentError } from '../core/errors.ts';

/**
 * Runs a program on the terminal of this process and resolves to its exit code, 128 + signal where one
 * ended it. While it runs, Ctrl-C is the program's business; an abort of `signal` ends it.
 */
export async function interactive(
  file: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const listeners = process.listeners('SIGINT');
  const ignore = (): void => undefined;
  process.removeAllListeners('SIGINT').on('SIGINT', ignore);
  const child = spawn(file, [...args], { stdio: 'inherit' });
  const end = (): boolean => child.kill('SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', (cause) =>
        reject(environmentError('E_COMMAND_MISSING', `${file} cannot be started`, { cause })),
      );
      child.once('exit', (code, by) => resolve(code ?? 128 + (by === null ? 0 : constants.signals[by])));
    });
  } finally {
    signal.removeEventListener('abort', end);
    process.removeListener('SIGINT', ignore);
    for (const listener of listeners) process.on('SIGINT', listener);
  }
}
