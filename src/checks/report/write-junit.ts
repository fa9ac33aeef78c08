import { access, constants, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { namedPlaceError } from '../../core/file-error.ts';
import { makeDirectory } from '../../core/make-directory.ts';
import { junit } from './junit.ts';
import type { Report } from './report.ts';

/** Refuses a place where no report can be written, before a check runs whose result would be lost. */
export async function prepareJUnit(file: string): Promise<void> {
  try {
    const { directory, isRegular } = await placeOf(file);
    await access(isRegular ? directory : file, constants.W_OK);
  } catch (error) {
    throw namedPlaceError(error) ?? error;
  }
}

/** Writes the file whole or not at all: a reader never finds half a report. */
export async function writeJUnit(report: Report, file: string): Promise<void> {
  try {
    const { target, isRegular } = await placeOf(file);
    if (isRegular) await replace(target, junit(report));
    else await writeFile(target, junit(report));
  } catch (error) {
    throw namedPlaceError(error) ?? error;
  }
}

interface Place {
  readonly target: string;
  readonly directory: string;
  /** False for /dev/stdout, a pipe or a terminal, which must not be replaced by a file. */
  readonly isRegular: boolean;
}

async function placeOf(file: string): Promise<Place> {
  makeDirectory(dirname(file));
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return { target: file, directory: dirname(file), isRegular: true };
  if (found.isDirectory()) throw Object.assign(new Error('a directory'), { code: 'EISDIR', path: file });
  if (!found.isFile()) return { target: file, directory: dirname(file), isRegular: false };
  // What a symbolic link points to is meant, not the link.
  const target = await realpath(file);
  return { target, directory: dirname(target), isRegular: true };
}

async function replace(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(aside, text);
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}
