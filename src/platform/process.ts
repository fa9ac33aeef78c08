import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { failure } from '../core/errors.ts';
import { waitFor } from '../core/wait-for.ts';
import { isErrno } from './fs.ts';
import { type Place, placed } from './placed.ts';

/** One process for good: ids are used again, a start time with the same id is not. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/PID/stat. */
  readonly startTime: string;
}

export interface DetachedOptions extends Place {
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Gets both streams, appended. */
  readonly log: string;
  readonly onExit?: (code: number | null, signal: NodeJS.Signals | null) => void;
}

const terminationPollMs = 10;

/** Starts a process that outlives its starter: session, cgroup, namespace and log file of its own. */
export async function startDetached(options: DetachedOptions): Promise<ProcessId> {
  const command = placed(options, options.file, options.args);
  const log = openSync(options.log, 'a', 0o600);
  try {
    const child = spawn(command.file, command.args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: options.env,
      cwd: '/',
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => resolve(child.pid ?? 0));
    });
    if (options.onExit !== undefined) child.once('exit', options.onExit);
    child.unref();
    const found = identify(pid);
    if (found === undefined)
      throw failure('E_PROCESS_DIED', `${options.file} ended at once; see ${options.log}`);
    return found;
  } finally {
    closeSync(log);
  }
}

/** The running process with this id, or undefined where there is none or only its exit state is left. */
export function identify(pid: number): ProcessId | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = 'X'] = fields;
    const startTime = fields[19];
    return state === 'Z' || state === 'X' || startTime === undefined ? undefined : { pid, startTime };
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}

export const isAlive = (process: ProcessId): boolean =>
  identify(process.pid)?.startTime === process.startTime;

export function signalProcess(target: ProcessId, signal: NodeJS.Signals): void {
  if (!isAlive(target)) return;
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error;
  }
}

/** SIGTERM, then SIGKILL after the grace. Resolves when the process has gone. */
export async function stopProcess(target: ProcessId, graceMs: number): Promise<void> {
  signalProcess(target, 'SIGTERM');
  const gone = async (): Promise<{ done: undefined } | { saw: string }> =>
    isAlive(target) ? { saw: `process ${target.pid} runs` } : { done: undefined };
  const what = `process ${target.pid} ends`;
  try {
    await waitFor(what, gone, { timeoutMs: graceMs, intervalMs: terminationPollMs });
  } catch {
    signalProcess(target, 'SIGKILL');
    await waitFor(what, gone, { timeoutMs: 5000, intervalMs: terminationPollMs });
  }
}

/** What programs of a lab get to see of the caller's environment: where labs live, and how to find programs. */
export function labEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = ['HOME', 'LABCTL_STATE_DIR', 'LABCTL_RUN_DIR', 'LABCTL_CACHE_DIR', 'XDG_CACHE_HOME'];
  const env: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
  };
  for (const name of kept) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return { ...env, ...extra };
}
