import { failure, messageOf } from '../core/errors.ts';
import { readIfPresent, writeAtomic } from '../platform/fs.ts';

/** Replaces a file as a whole: readers and a crash see the old value or the new one. */
export const writeJson = (path: string, value: unknown): Promise<void> =>
  writeAtomic(path, `${JSON.stringify(value)}\n`);

/** The value of a file, or undefined where there is none. The caller knows its shape: we wrote it. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  const text = await readIfPresent(path);
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
