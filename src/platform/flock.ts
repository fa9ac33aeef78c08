import { spawnSync } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { conflict, environmentError } from '../core/errors.ts';
import { waitFor } from '../core/wait-for.ts';
import { isErrno } from './fs.ts';

export interface Lock {
  /** With `remove` the file goes too. */
  readonly release: (options?: { readonly remove?: boolean }) => void;
}

export interface LockOptions {
  /** Who holds it, for the message that others get: `labctl up`. */
  readonly holder: string;
  /** How long to wait for another holder; 0 refuses at once. */
  readonly waitMs: number;
}

const tookExitCode = 0;
const busyExitCode = 1;

/**
 * Takes an exclusive lock on a file, or throws E_BUSY (exit 7) naming the holder. The kernel drops it
 * when the holding process ends in whatever way, so there are no stale locks. flock(1) takes it on a
 * descriptor that we share with it; it stays with us when flock has ended.
 */
export async function takeLock(path: string, options: LockOptions): Promise<Lock> {
  const held = { by: '' };
  try {
    return await waitFor(
      `lock ${path}`,
      async () => {
        const taken = attempt(path, options.holder);
        if (typeof taken !== 'string') return { done: taken };
        held.by = taken;
        return { saw: `held by ${taken}` };
      },
      { timeoutMs: options.waitMs, intervalMs: 20 },
    );
  } catch (error) {
    if (held.by === '') throw error;
    throw conflict('E_BUSY', `busy: ${held.by} is at work here`, {
      fix: 'wait until it has ended',
      cause: error,
    });
  }
}

function attempt(path: string, holder: string): Lock | string {
  const fd = openSync(path, 'a+', 0o600);
  const run = spawnSync('flock', ['-n', '-x', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
  if (run.status === tookExitCode && isStillThere(path, fd)) {
    ftruncateSync(fd);
    writeSync(fd, `${holder} (process ${process.pid})`);
    return { release: (how) => release(path, fd, how?.remove === true) };
  }
  const by = run.status === busyExitCode ? readFileSync(path, 'utf8') : 'another process';
  closeSync(fd);
  if (run.error !== undefined) {
    throw environmentError('E_COMMAND_MISSING', 'flock is not installed', {
      fix: 'install util-linux',
      cause: run.error,
    });
  }
  return by;
}

/** A holder that is done may remove the file between our opening and locking it. */
function isStillThere(path: string, fd: number): boolean {
  try {
    return statSync(path).ino === fstatSync(fd).ino;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}

function release(path: string, fd: number, remove: boolean): void {
  if (remove) unlinkSync(path);
  else ftruncateSync(fd);
  closeSync(fd);
}
