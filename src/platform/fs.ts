import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeDirectory } from '../core/make-directory.ts';

let writes = 0;

/** Replaces a file as one act: readers see the old text or the new one, also after a power cut. */
export async function writeAtomic(path: string, text: string, mode = 0o600): Promise<void> {
  await placeAtomic(path, `${path}.${process.pid}.${++writes}.tmp`, text, mode);
  await syncDirectory(dirname(path));
}

/**
 * As `writeAtomic`, with the temporary name given, for directories that somebody watches. After a power
 * cut the old text may be back: good for what a reboot ends anyway.
 */
export async function placeAtomic(
  path: string,
  temporary: string,
  text: string,
  mode = 0o600,
): Promise<void> {
  try {
    const file = await open(temporary, 'w', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Appends a line that is on disk when the promise resolves. */
export async function appendDurably(path: string, line: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.writeFile(line);
    await file.sync();
  } finally {
    await file.close();
  }
}

export async function privateDirectory(path: string): Promise<void> {
  makeDirectory(path, 0o700);
}

/** The text of a file, or undefined where there is none. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Lends a new private directory; it is gone afterwards, whatever happens. */
export async function inTemporary<T>(purpose: string, use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), `labctl-${purpose}-`));
  try {
    return await use(directory);
  } finally {
    await removeTree(directory);
  }
}

export const removeTree = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

export const isErrno = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** The directory that holds package.json: of the sources, or of the bundle's installation. */
export function projectRoot(): string {
  let at = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(at, 'package.json'))) {
    const parent = dirname(at);
    if (parent === at) throw new Error(`no package.json above ${fileURLToPath(import.meta.url)}`);
    at = parent;
  }
  return at;
}

/** A program of the bundle: `agent`, `controller`, `demo-server`. */
export const bundledProgram = (name: string): string => join(projectRoot(), 'dist', `${name}.js`);

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** A directory that somebody else still uses, or may not be removed by us, stays. */
export async function removeIfEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    if (!isErrno(error, 'ENOTEMPTY', 'ENOENT', 'EBUSY', 'EACCES', 'EPERM')) throw error;
  }
}
