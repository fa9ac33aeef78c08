import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { failure, messageOf } from '../core/errors.ts';

/** Replaces a file as a whole: readers and a crash see the old text or the new one. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString('hex')}.new`;
  const file = await open(aside, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(value)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
}

/** The value of a file, or undefined where there is none. The caller knows its shape: we wrote it. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw failure('E_STATE_FILE', `${path} is not JSON: ${messageOf(cause)}`, {
      cause,
      fix: 'remove the file; what it describes is found again from the kernel where possible',
    });
  }
}
