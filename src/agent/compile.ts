import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { environmentError, failure } from '../core/errors.ts';
import type { Exec } from '../core/exec.ts';
import { sourcePaths } from '../core/reload.ts';
import { type ObjectLayout, readLayout } from '../datapath/layout.ts';
import { type CacheEntry, entryName, findByInputs, readEntry, sha256, writeEntry } from './compile-cache.ts';
import { findCompiler } from './compiler.ts';

export interface CompileOptions {
  /** The directory bpf/. */
  readonly sources: string;
  /** Root of the object cache. */
  readonly cache: string;
  readonly exec: Exec;
  /** Name or path of the compiler. */
  readonly clang?: string;
}

export interface Built {
  /** Name of the cache entry: the same for the same sources, flags and compiler. */
  readonly key: string;
  readonly directory: string;
  /** Nothing had to be compiled. */
  readonly warm: boolean;
  /** ELF bytes by object name: `lab_lxc`, `lab_host`, `lab_sock`. */
  readonly objects: Readonly<Record<string, Buffer>>;
  /** What their BTF says, by object name; read once, when they were compiled. */
  readonly layouts: Readonly<Record<string, ObjectLayout>>;
}

export interface BuiltPlugin {
  readonly path: string;
  readonly warm: boolean;
}

/** Headers of the C library's own architecture, which clang does not look for when the target is bpf. */
const multiarch: Readonly<Partial<Record<NodeJS.Architecture, string>>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};

/** Flags of every datapath object, in the agent, in the tests and in the generator. */
export const bpfFlags: readonly string[] = [
  ...['-target', 'bpf', '-mcpu=v3', '-g', '-O2', '-fdebug-compilation-dir=.'],
  ...['-Wall', '-Wextra', '-Werror', '-Wshadow', '-Wimplicit-fallthrough'],
  ...['-Iinclude', '-I.', '-idirafter', `/usr/include/${multiarch[process.arch] ?? process.arch}`],
];
const pluginFlags: readonly string[] = ['-static', '-O2', '-s', '-Wall', '-Wextra', '-Werror'];
/** Part of every key: raised when what an entry holds is made in another way. */
const cacheFormat = 1;

/** Compiles all of bpf/*.bpf.c, or finds them in the cache by sources, flags and compiler. */
export async function compileDatapath(options: CompileOptions): Promise<Built> {
  const sources = sourcePaths(options.sources);
  const units = sources
    .filter((file) => /^[^/]+\.bpf\.c$/.test(file))
    .map((file) => ({ output: `${basename(file, '.bpf.c')}.o`, args: [...bpfFlags, '-c', file] }));
  if (units.length === 0) {
    throw environmentError('E_NO_SOURCES', `${options.sources} holds no *.bpf.c`, {
      fix: 'restore the directory bpf/',
    });
  }
  const { entry, warm } = await build({
    ...options,
    files: sources,
    units,
    what: 'the datapath',
    finish: writeLayouts,
  });
  const objects: Record<string, Buffer> = {};
  const layouts: Record<string, ObjectLayout> = {};
  for (const [file, bytes] of entry.files) {
    if (file.endsWith('.o')) objects[basename(file, '.o')] = bytes;
    else layouts[basename(file, '.json')] = JSON.parse(bytes.toString('utf8')) as ObjectLayout;
  }
  return { key: basename(entry.directory), directory: entry.directory, warm, objects, layouts };
}

/** Compiles the CNI plug-in (one C file, no library at run time), or finds it in the cache. */
export async function compilePlugin(
  options: CompileOptions & { readonly file: string },
): Promise<BuiltPlugin> {
  const output = basename(options.file, '.c');
  const units = [{ output, args: [...pluginFlags, options.file] }];
  const { entry, warm } = await build({ ...options, files: [options.file], units, what: output });
  return { path: join(entry.directory, output), warm };
}

interface Unit {
  readonly output: string;
  readonly args: readonly string[];
}
interface Build extends CompileOptions {
  readonly files: readonly string[];
  readonly units: readonly Unit[];
  readonly what: string;
  /** Adds files that are made from the compiled ones. */
  readonly finish?: (directory: string) => void;
}

async function build(work: Build): Promise<{ readonly entry: CacheEntry; readonly warm: boolean }> {
  const root = join(work.cache, 'objects');
  const inputs = hashOf(work);
  const compiler = await findCompiler(work.clang ?? 'clang', work.cache, work.exec);
  if (compiler === undefined) {
    const entry = findByInputs(root, inputs);
    if (entry !== undefined) return { entry, warm: true };
    throw environmentError(
      'E_NO_COMPILER',
      `${work.what} must be compiled: ${work.clang ?? 'clang'} is not installed, and ${root} holds nothing made from these sources`,
      { fix: 'apt-get install clang libbpf-dev libc6-dev' },
    );
  }
  const name = entryName(inputs, compiler.version);
  const found = readEntry(root, name);
  if (found !== undefined) return { entry: found, warm: true };
  const entry = await writeEntry(root, name, async (directory) => {
    await atMost(availableParallelism(), work.units, (unit) => compile(work, compiler.path, unit, directory));
    work.finish?.(directory);
    return {
      schema: 'labctl.dev/objects/v1',
      inputs,
      compiler: compiler.version,
      flags: work.units.map((unit) => unit.args),
      sources: work.files,
    };
  });
  if (entry === undefined)
    throw failure('E_CACHE', `${join(root, name)} does not hold what was just written there`);
  return { entry, warm: false };
}

async function compile(work: Build, compiler: string, unit: Unit, directory: string): Promise<void> {
  const args = [...unit.args, '-o', join(directory, unit.output)];
  const result = await work.exec(compiler, args, {
    cwd: work.sources,
    timeoutMs: 120_000,
    allowFailure: true,
  });
  if (result.exitCode === 0) return;
  throw failure('E_COMPILE', `${unit.output} does not compile:\n${result.stderr.trimEnd()}`, {
    details: { compiler, args, cwd: work.sources },
  });
}

/** Parsing BTF costs more than reading its gist: a warm start reads these. */
function writeLayouts(directory: string): void {
  for (const file of readdirSync(directory)) {
    const layout = readLayout(readFileSync(join(directory, file)));
    writeFileSync(join(directory, `${basename(file, '.o')}.json`), JSON.stringify(layout));
  }
}

function hashOf(work: Build): string {
  const parts = work.files.map((file) => `${file}\0${sha256(readFileSync(join(work.sources, file)))}`);
  return sha256(JSON.stringify([cacheFormat, parts, work.units]));
}

async function atMost<T>(limit: number, items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
