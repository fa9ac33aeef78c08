import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { NetnsRuntime } from '../../../src/runtime/netns/index.ts';
import type { Target } from '../../../src/runtime/port.ts';

/** A program of the tests that lives at a place of a lab: one line of JSON in, one line of JSON out. */
export interface Resident<Question, Answer> {
  readonly ask: (question: Question) => Promise<Answer>;
  /** Closes its input, upon which it ends. */
  readonly end: () => Promise<void>;
}

export interface Bundle {
  readonly file: string;
  readonly remove: () => Promise<void>;
}

/** Makes one file of a TypeScript program, so that it starts as fast as those of labctl do. */
export async function bundle(source: URL): Promise<Bundle> {
  const directory = await mkdtemp(join(tmpdir(), 'labctl-e2e-'));
  const file = join(directory, `${basename(source.pathname, '.ts')}.mjs`);
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  return { file, remove: () => rm(directory, { recursive: true, force: true }) };
}

/** Starts a bundled program at a place. Questions are answered one after the other. */
export async function settle<Question, Answer>(
  runtime: NetnsRuntime,
  target: Target,
  program: Bundle,
): Promise<Resident<Question, Answer>> {
  const { file, args } = await runtime.argvAt(target, process.execPath, [program.file]);
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
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
      if (line.done === true) throw new Error(`${program.file} at ${JSON.stringify(target)} ended: ${said}`);
      return JSON.parse(line.value) as Answer;
    },
    end: async () => {
      child.stdin.end();
      await closed;
    },
  };
}
