import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Exec } from '../core/exec.ts';
import { makeDirectory } from '../core/make-directory.ts';
import { writeReplacing } from './compile-cache.ts';

export interface Compiler {
  readonly path: string;
  /** What `--version` says: two compilers of one version are the same compiler. */
  readonly version: string;
}

/**
 * The compiler of that name, or undefined where it is not installed. Its version is remembered by the
 * binary's path, size and time, so that a warm start runs no process.
 */
export async function findCompiler(name: string, cache: string, exec: Exec): Promise<Compiler | undefined> {
  const path = inPath(name);
  if (path === undefined) return undefined;
  const { size, mtimeMs } = statSync(path);
  const identity = createHash('sha256')
    .update(`${realpathSync(path)}\0${size}\0${mtimeMs}`)
    .digest('hex')
    .slice(0, 16);
  const remembered = join(cache, 'compilers', identity);
  try {
    return { path, version: readFileSync(remembered, 'utf8') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const { stdout } = await exec(path, ['--version']);
  const version = stdout.trim();
  makeDirectory(join(cache, 'compilers'), 0o700);
  writeReplacing(remembered, version);
  return { path, version };
}

function inPath(name: string): string | undefined {
  const places = isAbsolute(name) ? [''] : (process.env.PATH ?? '').split(delimiter);
  for (const place of places) {
    const file = join(place, name);
    if (isExecutable(file)) return file;
  }
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') return false;
    throw error;
  }
}
