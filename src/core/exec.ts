/** Port for starting processes. `src/platform/exec.ts` is the only implementation that really starts one. */
export interface ExecOptions {
  /** Text for the process's standard input; without it stdin is closed. */
  readonly input?: string;
  /** Limit in milliseconds; default 30 000. Past it the process is killed and the call rejects. */
  readonly timeoutMs?: number;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Resolve instead of reject when the exit code is not 0. */
  readonly allowFailure?: boolean;
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/**
 * Runs one program to its end: argv array, never a shell string.
 * Rejects with `LabError` E_COMMAND (argv, exit code, last lines of stderr) unless `allowFailure`,
 * with E_COMMAND_MISSING where the program is not installed, and with E_COMMAND_TIMEOUT past the limit.
 */
export type Exec = (file: string, args: readonly string[], options?: ExecOptions) => Promise<ExecResult>;
