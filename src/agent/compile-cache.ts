import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from '../core/make-directory.ts';

/** What a cache entry was made from, and what it must hold. */
export interface Manifest {
  readonly schema: 'labctl.dev/objects/v1';
  /** Hash of sources and flags. */
  readonly inputs: string;
  readonly compiler: string;
  readonly flags: readonly (readonly string[])[];
  readonly sources: readonly string[];
  /** File name to SHA-256 of its content. */
  readonly files: Readonly<Record<string, string>>;
}

export interface CacheEntry {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly files: ReadonlyMap<string, Buffer>;
}

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

/** Name of an entry: inputs first, so that a machine without a compiler finds what others compiled. */
export const entryName = (inputs: string, compiler: string): string =>
  `${inputs.slice(0, 32)}-${sha256(compiler).slice(0, 16)}`;

/** The entry of that name; undefined where there is none or its files are not what its manifest says. */
export function readEntry(root: string, name: string): CacheEntry | undefined {
  const directory = join(root, name);
  try {
    const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Manifest;
    const files = new Map(
      Object.keys(manifest.files).map((file) => [file, readFileSync(join(directory, file))]),
    );
    const intact = [...files].every(([file, bytes]) => sha256(bytes) === manifest.files[file]);
    return intact && name.startsWith(manifest.inputs.slice(0, 32))
      ? { directory, manifest, files }
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** An intact entry made from these inputs by any compiler. */
export function findByInputs(root: string, inputs: string): CacheEntry | undefined {
  for (const name of entriesOf(root)) {
    const entry = name.startsWith(`${inputs.slice(0, 32)}-`) ? readEntry(root, name) : undefined;
    if (entry !== undefined) return entry;
  }
  return undefined;
}

/** A directory for `fill` to write into; it appears under `name` whole or not at all. */
export async function writeEntry(
  root: string,
  name: string,
  fill: (directory: string) => Promise<Omit<Manifest, 'files'>>,
): Promise<CacheEntry | undefined> {
  makeDirectory(root, 0o700);
  const made = mkdtempSync(join(root, `.${name}.`));
  try {
    const described = await fill(made);
    const files = Object.fromEntries(
      readdirSync(made).map((file) => [file, sha256(readFileSync(join(made, file)))]),
    );
    const manifest: Manifest = { ...described, files };
    writeFileSync(join(made, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    publish(root, name, made);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return readEntry(root, name);
}

/** Replaces a file by renaming: readers see the old text or the new one. */
export function writeReplacing(file: string, text: string): void {
  const made = `${file}.${process.pid}`;
  writeFileSync(made, text);
  renameSync(made, file);
}

/** Three agents may compile the same at once: the first one wins, unless what lies there is damaged. */
function publish(root: string, name: string, made: string): void {
  const place = join(root, name);
  try {
    renameSync(made, place);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    if (readEntry(root, name) !== undefined) return;
    rmSync(place, { recursive: true, force: true });
    renameSync(made, place);
  }
}

function entriesOf(root: string): string[] {
  try {
    return readdirSync(root).filter((name) => !name.startsWith('.'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
