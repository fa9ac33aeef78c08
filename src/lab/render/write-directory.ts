import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { conflict } from '../../core/errors.ts';
import { namedPlaceError } from '../../core/file-error.ts';
import { makeDirectory } from '../../core/make-directory.ts';
import { readIfPresent, writeAtomic } from '../../platform/fs.ts';
import type { RenderedFile } from './files.ts';

/** Lists what an earlier run wrote, so that only own and unedited files are ever replaced. */
const recordName = '.labctl-rendered.json';
interface DirectoryRecord {
  readonly schema: 'labctl.dev/rendered/v1';
  /** SHA-256 of each file as written. */
  readonly files: Readonly<Record<string, string>>;
}

export interface FileChange {
  readonly path: string;
  readonly action: 'created' | 'updated' | 'unchanged' | 'removed';
}

/**
 * Writes files below a directory. Where one of them is there already and is not exactly what labctl
 * wrote before, nothing at all is written and the conflict names every such file.
 */
export async function writeDirectory(
  directory: string,
  files: readonly RenderedFile[],
): Promise<readonly FileChange[]> {
  try {
    return await writeFiles(directory, files);
  } catch (error) {
    throw namedPlaceError(error) ?? error;
  }
}

async function writeFiles(directory: string, files: readonly RenderedFile[]): Promise<readonly FileChange[]> {
  const before = await readRecord(directory);
  const found = await Promise.all(
    files.map(async (file) => ({ ...file, present: await readIfPresent(join(directory, file.path)) })),
  );
  refuseForeign(
    directory,
    found.filter(({ path, text, present }) => isForeign(before, path, present) && present !== text),
  );
  const stale = await staleFiles(directory, before, files);
  const record: DirectoryRecord = {
    schema: 'labctl.dev/rendered/v1',
    files: Object.fromEntries(files.map(({ path, text }) => [path, hash(text)])),
  };
  for (const { path, text, present } of found) if (present !== text) await put(directory, path, text);
  await Promise.all(stale.map((path) => rm(join(directory, path), { force: true })));
  await put(directory, recordName, `${JSON.stringify(record, null, 2)}\n`);
  return [
    ...found.map(({ path, text, present }) => ({ path, action: actionOf(text, present) })),
    ...stale.map((path) => ({ path, action: 'removed' as const })),
  ];
}

async function readRecord(directory: string): Promise<DirectoryRecord> {
  const text = await readIfPresent(join(directory, recordName));
  return { schema: 'labctl.dev/rendered/v1', files: text === undefined ? {} : hashesIn(text) };
}

/** None where the record is damaged: every file is then taken for foreign, and nothing is lost. */
function hashesIn(text: string): DirectoryRecord['files'] {
  try {
    const { files } = Object(JSON.parse(text)) as Partial<DirectoryRecord>;
    return typeof files === 'object' && files !== null ? files : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Files of an earlier run that this one does not write, as long as nobody edited them. */
async function staleFiles(
  directory: string,
  before: DirectoryRecord,
  files: readonly RenderedFile[],
): Promise<readonly string[]> {
  const wanted = new Set(files.map(({ path }) => path));
  const old = Object.keys(before.files).filter((path) => !wanted.has(path));
  const kept = await Promise.all(
    old.map(async (path) => {
      const present = await readIfPresent(join(directory, path));
      return present === undefined || isForeign(before, path, present) ? [] : [path];
    }),
  );
  return kept.flat();
}

function isForeign(before: DirectoryRecord, path: string, present: string | undefined): boolean {
  return present !== undefined && before.files[path] !== hash(present);
}

function refuseForeign(directory: string, files: readonly { readonly path: string }[]): void {
  if (files.length === 0) return;
  const paths = files.map(({ path }) => join(directory, path));
  throw conflict('E_FOREIGN_FILE', `not written by labctl, or edited since: ${paths.join(', ')}`, {
    fix: 'remove these files, or name another --dir; nothing was written',
    details: { files: paths },
  });
}

async function put(directory: string, path: string, text: string): Promise<void> {
  const full = join(directory, path);
  makeDirectory(dirname(full));
  await writeAtomic(full, text, 0o666);
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const actionOf = (text: string, present: string | undefined): FileChange['action'] =>
  present === undefined ? 'created' : present === text ? 'unchanged' : 'updated';
