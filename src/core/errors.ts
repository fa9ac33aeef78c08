/** Exit codes of labctl, published in docs/reference/exit-codes.md. */
export const ExitCode = {
  ok: 0,
  failure: 1,
  usage: 2,
  checkFailed: 3,
  notFound: 4,
  timeout: 5,
  environment: 6,
  conflict: 7,
  partial: 8,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export interface LabErrorOptions {
  /** What the reader can do about it, one line. */
  readonly fix?: string;
  readonly cause?: unknown;
  /** Machine-readable facts, printed with `-o json`. */
  readonly details?: unknown;
}

/** An error a user can reach. `code` is stable and names a page of docs/reference/errors.md. */
export class LabError extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly fix: string | undefined;
  readonly details: unknown;

  constructor(code: string, exitCode: ExitCode, message: string, options: LabErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LabError';
    this.code = code;
    this.exitCode = exitCode;
    this.fix = options.fix;
    this.details = options.details;
  }
}

const family =
  (exitCode: ExitCode) =>
  (code: string, message: string, options?: LabErrorOptions): LabError =>
    new LabError(code, exitCode, message, options);

export const failure = family(ExitCode.failure);
export const usageError = family(ExitCode.usage);
export const notFound = family(ExitCode.notFound);
export const timeoutError = family(ExitCode.timeout);
export const environmentError = family(ExitCode.environment);
export const conflict = family(ExitCode.conflict);

/** One problem of an input, with its place. Problems are collected and thrown together. */
export interface Problem {
  /** Stable id of the rule that found it. */
  readonly rule?: string;
  /** The file; or the flag or variable, which have line and column 0. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Path of the field, as `spec.network.podCIDR`. */
  readonly field: string;
  readonly message: string;
  /** What is allowed here. */
  readonly allowed?: string;
  /** The nearest valid word. */
  readonly suggestion?: string;
}

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
