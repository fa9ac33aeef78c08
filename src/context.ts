import { readFileSync } from 'node:fs';
import type { CommandContext } from './commands/command.ts';
import type { Exec } from './core/exec.ts';
import type { GlobalOptions } from './program.ts';
import { readOperand } from './read-operand.ts';

export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

interface ContextOptions extends Streams {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Builds what commands are given: adapters and the terminal, each loaded when a command runs. */
export async function createContext(
  options: ContextOptions,
  globals: GlobalOptions,
): Promise<CommandContext> {
  const { env, signal, stdin, stderr } = options;
  const [{ createStyle }, { createTerminalLog }, { createProgress }] = await Promise.all([
    import('./ui/style.ts'),
    import('./ui/log.ts'),
    import('./ui/progress.ts'),
  ]);
  const style = createStyle({ refused: !globals.color, env, isTTY: stderr.isTTY === true });
  const { quiet, verbose } = globals;
  const isPerson = !isSet(env.CI) && env.TERM !== 'dumb';
  return {
    signal,
    env,
    log: createTerminalLog((line) => stderr.write(line), { style, quiet, verbose }),
    exec: lazyExec,
    interactive: async (file, args) => {
      const { interactive } = await import('./platform/interactive.ts');
      return await interactive(file, args, signal);
    },
    progress: createProgress({
      stream: stderr,
      quiet,
      isInteractive: isPerson && stderr.isTTY === true,
    }),
    readInput: (path) => readOperand(path, stdin, signal),
    confirm: (question) =>
      isPerson && stdin.isTTY === true && stderr.isTTY === true
        ? ask(question, options)
        : Promise.resolve(false),
  };
}

/** The text of a file that a problem points into; undefined where it cannot be read again. */
export function readSource(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

/** execa costs 40 ms to load: only commands that start a process pay for it. */
const lazyExec: Exec = async (file, args, options) => {
  const { exec } = await import('./platform/exec.ts');
  return await exec(file, args, options);
};

const isSet = (value: string | undefined): boolean =>
  value !== undefined && !['', '0', 'false'].includes(value);

async function ask(question: string, { stdin, stderr, signal }: ContextOptions): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
