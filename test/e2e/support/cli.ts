import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
const defaultLimitMs = 120_000;

/** Runs the bundle as a user does. Never rejects on an exit code. */
export const labctl = (...args: readonly string[]): Promise<CliResult> => labctlWith({}, ...args);

export async function labctlWith(
  options: {
    readonly input?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly limitMs?: number;
  },
  ...args: readonly string[]
): Promise<CliResult> {
  return await run(process.execPath, [cli, ...args], options);
}

/** The bundle as a child that a test may kill. */
export const startLabctl = (...args: readonly string[]) =>
  spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

/** A successful call's standard output, read as JSON. */
export async function labctlJson<T>(...args: readonly string[]): Promise<T> {
  const result = await labctl(...args, '-o', 'json');
  if (result.code !== 0) throw new Error(`labctl ${args.join(' ')}: exit ${result.code}\n${result.stderr}`);
  return JSON.parse(result.stdout) as T;
}

/** A tool that must succeed. */
export async function sh(file: string, ...args: readonly string[]): Promise<string> {
  const result = await run(file, args, {});
  if (result.code !== 0) {
    throw new Error(`${[file, ...args].join(' ')}: exit ${result.code}\n${result.stdout}${result.stderr}`);
  }
  return result.stdout;
}

/** Where PATH has a tool. */
export function placeOf(tool: string): string {
  const place = (process.env.PATH ?? '').split(delimiter).find((each) => existsSync(join(each, tool)));
  if (place === undefined) throw new Error(`${tool} is not in PATH`);
  return join(place, tool);
}

export function run(
  file: string,
  args: readonly string[],
  options: {
    readonly input?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly limitMs?: number;
  },
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], {
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      timeout: options.limitMs ?? defaultLimitMs,
      killSignal: 'SIGKILL',
      env: { ...process.env, ...options.env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.stdin?.on('error', reject);
    child.stdin?.end(options.input);
    child.on('close', (code, signal) => {
      if (signal !== null) reject(new Error(`${file} ${args.join(' ')}: ended by ${signal}\n${stderr}`));
      else resolve({ code: code ?? -1, stdout, stderr });
    });
  });
}
