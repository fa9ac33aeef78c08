import { spawn } from 'node:child_process';
import { waitFor } from '../core/wait-for.ts';
import type { CommandLine } from './placed.ts';

/** A process that was started and is not waited for. */
export interface BackgroundProcess {
  readonly pid: number;
  /** Resolves with the first line that matches; rejects at the limit with what was printed. */
  readonly seen: (pattern: RegExp, timeoutMs: number) => Promise<string>;
  /** SIGTERM, then SIGKILL; resolves with all that it printed. */
  readonly stop: () => Promise<{ readonly stdout: string; readonly stderr: string }>;
}

const graceMs = 2000;
const pollMs = 10;

export async function startBackground(command: CommandLine): Promise<BackgroundProcess> {
  const child = spawn(command.file, command.args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.stderr += text;
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', resolve);
  });
  const shown = [command.file, ...command.args].join(' ');
  return {
    pid: child.pid ?? 0,
    seen: (pattern, timeoutMs) =>
      waitFor(
        `${shown} prints ${pattern}`,
        async () => {
          const lines = `${printed.stdout}\n${printed.stderr}`.split('\n');
          const line = lines.find((candidate) => pattern.test(candidate));
          if (line !== undefined) return { done: line };
          const state = child.exitCode === null ? 'running' : `exit code ${child.exitCode}`;
          return { saw: `${state}; ${lines.filter(Boolean).slice(-5).join(' | ')}` };
        },
        { timeoutMs, intervalMs: pollMs },
      ),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
        await closed.finally(() => clearTimeout(timer));
      } else await closed;
      return printed;
    },
  };
}
