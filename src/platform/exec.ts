import { execa } from 'execa';
import { environmentError, failure, timeoutError } from '../core/errors.ts';
import type { Exec } from '../core/exec.ts';

const defaultLimitMs = 30_000;
const shownStderrLines = 8;

/** The one place that starts processes which are waited for. */
export const exec: Exec = async (file, args, options = {}) => {
  const limit = options.timeoutMs ?? defaultLimitMs;
  const result = await execa(file, [...args], {
    reject: false,
    timeout: limit,
    stripFinalNewline: false,
    forceKillAfterDelay: 1000,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  const line = [file, ...args].map(quote).join(' ');
  if (result.code === 'ENOENT') {
    throw environmentError('E_COMMAND_MISSING', `${file} is not installed`, {
      fix: 'labctl doctor names the package',
      cause: result,
    });
  }
  if (result.timedOut)
    throw timeoutError('E_COMMAND_TIMEOUT', `${line}: not finished within ${limit / 1000} s`);
  if (result.isCanceled) options.signal?.throwIfAborted();
  const exitCode = result.exitCode ?? 128;
  if (exitCode !== 0 && options.allowFailure !== true) {
    const said = result.stderr.trimEnd().split('\n').slice(-shownStderrLines).join('\n');
    throw failure('E_COMMAND', `${line}: exit code ${exitCode}${said === '' ? '' : `\n${said}`}`, {
      details: { file, args, exitCode },
    });
  }
  return { stdout: result.stdout, stderr: result.stderr, exitCode };
};

/** Quotes a word so that the printed line can be pasted into a shell. */
const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
