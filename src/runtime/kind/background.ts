import { startBackground } from '../../platform/background.ts';
import type { CommandLine } from '../../platform/placed.ts';
import type { Background } from '../port.ts';

const idMark = 'labctl-process-id';
const startLimitMs = 30_000;

/** Says its process id, then becomes the program: ending `docker exec` or `kubectl exec` ends nothing inside. */
const announceThenExec = `echo ${idMark} $$ >&2 && exec "$@"`;

/**
 * Starts a program behind a client that only relays its streams. `at` makes the command line that
 * runs a program there; it is used again to end the program.
 */
export async function startRemote(
  at: (file: string, args: readonly string[]) => Promise<CommandLine>,
  end: (pid: string) => Promise<void>,
  file: string,
  args: readonly string[],
): Promise<Background> {
  const started = await startBackground(await at('/bin/sh', ['-c', announceThenExec, 'sh', file, ...args]));
  const line = await started
    .seen(new RegExp(`^${idMark} \\d+`, 'm'), startLimitMs)
    .catch(async (error: unknown) => {
      await started.stop();
      throw error;
    });
  const pid = line.split(' ')[1] ?? '';
  return {
    seen: started.seen,
    stop: async () => {
      await end(pid);
      const { stdout, stderr } = await started.stop();
      return { stdout, stderr: stderr.replace(new RegExp(`^${idMark} \\d+\\n`), '') };
    },
  };
}
