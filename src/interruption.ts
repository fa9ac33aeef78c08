import type { ExitCode } from './core/errors.ts';

/** Why a command was cancelled: the signal, and the exit code that tells of it. */
export class Interruption extends Error {
  readonly exitCode: ExitCode;

  constructor(signal: NodeJS.Signals, exitCode: ExitCode) {
    super(`interrupted by ${signal}`);
    this.name = 'Interruption';
    this.exitCode = exitCode;
  }
}
