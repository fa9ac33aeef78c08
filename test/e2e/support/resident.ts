import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { CommandLine } from '../../../src/platform/placed.ts';
import type { Target } from '../../../src/runtime/port.ts';

/** A program of the tests that lives at a place of a lab: one line of JSON in, one line of JSON out. */
export interface Resident<Question, Answer> {
  readonly ask: (question: Question) => Promise<Answer>;
  /** Closes its input, upon which it ends. */
  readonly end: () => Promise<void>;
}

/** Runs programs at the places of a lab, whatever those are made of. */
export interface Stage {
  readonly argvAt: (target: Target, file: string, args: readonly string[]) => Promise<CommandLine>;
}

export interface Program {
  readonly name: string;
  /** All of it, as a place may have no file of ours: it goes there as an argument. */
  readonly text: string;
}

export async function bundle(source: URL): Promise<Program> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(source)],
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  return { name: basename(source.pathname, '.ts'), text: outputFiles[0]?.text ?? '' };
}

/** Starts a bundled program at a place. Questions are answered one after the other. */
export async function settle<Question, Answer>(
  stage: Stage,
  target: Target,
  { name, text }: Program,
): Promise<Resident<Question, Answer>> {
  const { file, args } = await stage.argvAt(target, 'node', ['--input-type=module', '--eval', text]);
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    said += more;
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  // What it could not be told it does not answer either: that is where the loss is reported.
  child.stdin.on('error', () => child.stdin.destroy());
  child.once('error', (error) => {
    said += error.message;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error(`${name} at ${JSON.stringify(target)} ended: ${said}`);
      return JSON.parse(line.value) as Answer;
    },
    end: async () => {
      child.stdin.end();
      await closed;
    },
  };
}
