import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { CommandLine } from './placed.ts';

/** Runs a program on the caller's own terminal and resolves with its exit code, 128 + n for signal n. */
export function runForeground(command: CommandLine): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.file, command.args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
