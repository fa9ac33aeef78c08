import { definitions } from './commands/index.ts';
import { createContext, type Streams } from './context.ts';
import { ExitCode, LabError } from './core/errors.ts';
import { fileError } from './core/file-error.ts';
import { labctlVersion } from './core/version.ts';
import { Interruption } from './interruption.ts';
import { type Invocation, runProgram } from './program.ts';

export interface MainOptions extends Streams {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

const fallbackColumns = 80;
const unlimited = 10_000;

/** Runs one command line from its words to its exit code. Everything printed goes to the given streams. */
export async function main(options: MainOptions): Promise<number> {
  let exitCode: number = ExitCode.ok;
  let current: Invocation | undefined;
  try {
    await runProgram(definitions, options.argv, {
      version: labctlVersion,
      env: options.env,
      columns: Math.min(columnsOf(options), fallbackColumns),
      writeOut: (text) => options.stdout.write(text),
      perform: async (invocation) => {
        current = invocation;
        exitCode = await perform(invocation, options);
      },
    });
  } catch (error) {
    return await report(fileError(error) ?? error, current, options);
  }
  return exitCode;
}

async function perform(invocation: Invocation, options: MainOptions): Promise<number> {
  const { definition, args, globals } = invocation;
  const { run } = definition;
  if (run === undefined) return ExitCode.usage;
  const context = await createContext(options, globals);
  for (const warning of invocation.warnings) context.log.warn(warning);
  const result = await run(context, args, invocation.options);
  const { formatResult } = await import('./ui/output.ts');
  const { createStyle } = await import('./ui/style.ts');
  const { env, stdout } = options;
  const style = createStyle({ refused: !globals.color, env, isTTY: stdout.isTTY === true });
  stdout.write(await formatResult(result, globals.output, { columns: columnsOf(options), style }));
  return result.exitCode ?? ExitCode.ok;
}

async function report(
  error: unknown,
  current: Invocation | undefined,
  options: MainOptions,
): Promise<number> {
  const { env, stderr, signal, argv } = options;
  if (signal.aborted && signal.reason instanceof Interruption && !(error instanceof LabError)) {
    stderr.write(`${signal.reason.message}\n`);
    return signal.reason.exitCode;
  }
  const { createStyle } = await import('./ui/style.ts');
  const { errorAsData, renderError } = await import('./ui/render-error.ts');
  const { readSource } = await import('./context.ts');
  if (current !== undefined && ['json', 'jsonl'].includes(current.globals.output)) {
    stderr.write(`${JSON.stringify(errorAsData(error))}\n`);
  } else {
    const refused = current === undefined ? argv.includes('--no-color') : !current.globals.color;
    const style = createStyle({ refused, env, isTTY: stderr.isTTY === true });
    const verbose = current?.globals.verbose === true;
    stderr.write(renderError(error, { style, verbose, sourceOf: readSource }));
  }
  if (signal.aborted && signal.reason instanceof Interruption) return signal.reason.exitCode;
  return error instanceof LabError ? error.exitCode : ExitCode.bug;
}

/** Width of what people read; where nobody watches, rows stay whole so that `grep` and `awk` can work on them. */
const columnsOf = ({ env, stdout }: MainOptions): number =>
  stdout.columns ||
  Math.max(0, Number(env.COLUMNS) || 0) ||
  (stdout.isTTY === true ? fallbackColumns : unlimited);
