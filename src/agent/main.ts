import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { ExitCode, LabError, messageOf, usageError } from '../core/errors.ts';
import { jsonLog } from '../core/log.ts';
import { cacheRoot } from '../core/paths.ts';
import type { Sources } from '../core/reload.ts';
import { execLean } from '../platform/exec-lean.ts';
import { projectRoot } from '../platform/fs.ts';
import { readConfig } from './config.ts';

const log = jsonLog((line) => void process.stdout.write(line));
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

/** One function a sub-command; heavy parts are imported by the one that needs them. */
const commands: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  run,
  inspect,
  probe,
  compile,
  stage,
  use,
  clean,
};

const [name = '', ...args] = process.argv.slice(2);
try {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    throw usageError('E_USAGE', `agent ${Object.keys(commands).join('|')}: there is no "${name}"`);
  }
  await command(args);
  process.exitCode = ExitCode.ok;
} catch (error) {
  const fields = error instanceof LabError ? { code: error.code, fix: error.fix } : { stack: stackOf(error) };
  if (name === 'run') log.error(messageOf(error), fields);
  else process.stderr.write(`${fields.stack ?? messageOf(error)}\n`);
  process.exit(error instanceof LabError ? error.exitCode : ExitCode.bug);
}

/** `run --config FILE`: the agent itself. */
async function run(args: string[]): Promise<void> {
  const config = await readConfig(configPath(args));
  const end = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end.abort());
  const { runAgent } = await import('./run.ts');
  await runAgent(config, { exec: execLean, log, signal: end.signal }).catch((error: unknown) => {
    // Told to stop in the middle of its start.
    if (!end.signal.aborted) throw error;
  });
  // Handles of the kernel may keep the loop alive; nothing is left to do.
  process.exit(ExitCode.ok);
}

/**
 * `inspect --config FILE [--each-line]`: what the kernel has, as one Inspection on stdout; or one for each line of
 * stdin, as it is then.
 */
async function inspect(args: string[]): Promise<void> {
  const eachLine = '--each-line';
  const isResident = args.includes(eachLine);
  const { paths, network, node } = await readConfig(configPath(args.filter((word) => word !== eachLine)));
  const { inspect: inspectNode } = await import('./inspect/index.ts');
  const tell = (): void =>
    print(inspectNode({ pins: paths.pins, cgroup: paths.cgroup, device: network.device, node }));
  if (!isResident) return tell();
  for await (const _ of createInterface({ input: process.stdin })) tell();
}

/** `probe`: tries what the agent needs of this machine; one row for each need. */
async function probe(): Promise<void> {
  const { probe: probeMachine } = await import('./probe/index.ts');
  print(await probeMachine());
}

/** `clean --config FILE`: takes everything away that agents left on this node. */
async function clean(args: string[]): Promise<void> {
  const config = await readConfig(configPath(args));
  const { cleanNode } = await import('./clean.ts');
  print(await cleanNode(config, execLean));
}

/** `compile [--bpf DIR] [--cni FILE] [--cache DIR]`: fills the cache; says what it made and whether it was cold. */
async function compile(args: string[]): Promise<void> {
  const root = projectRoot();
  const { values } = parseArgs({
    args,
    options: {
      bpf: { type: 'string', default: join(root, 'bpf') },
      cni: { type: 'string', default: join(root, 'cni', 'labctl-cni.c') },
      cache: { type: 'string', default: cacheRoot() },
      json: { type: 'boolean' },
    },
  });
  const { compileDatapath, compilePlugin } = await import('./compile.ts');
  const options = { sources: values.bpf, cache: values.cache, exec: execLean };
  const [built, plugin] = await Promise.all([
    compileDatapath(options),
    compilePlugin({ ...options, sources: join(values.cni, '..'), file: 'labctl-cni.c' }),
  ]);
  const { key, directory } = built;
  print({ key, directory, cni: plugin.path, cold: !built.warm || !plugin.warm });
}

/** `stage --config FILE`, sources as JSON on stdin: keeps and tries them; says why where they do not work. */
async function stage(args: string[]): Promise<void> {
  const config = await readConfig(configPath(args));
  const [{ text }, { stageSources }] = await Promise.all([
    import('node:stream/consumers'),
    import('./stage.ts'),
  ]);
  print(await stageSources(config, JSON.parse(await text(process.stdin)) as Sources, execLean));
}

/** `use NAME --config FILE`: the agent's next start takes the sources that `stage` named so. */
async function use(args: string[]): Promise<void> {
  const [name = '', ...rest] = args;
  const { paths } = await readConfig(configPath(rest));
  const { useSources } = await import('./sources.ts');
  await useSources(paths.run, name);
}

function configPath(args: string[]): string {
  const { values } = parseArgs({ args, options: { config: { type: 'string' } } });
  if (values.config === undefined) throw usageError('E_USAGE', 'which node? --config FILE is missing');
  return values.config;
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
