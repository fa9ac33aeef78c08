import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { namedPlaceError } from './file-error.ts';

/** Somebody else may remove a parent that was just made. */
const attempts = 3;

/**
 * Makes a directory and those above it, one at a time. Node's own `recursive` never returns where a file
 * system lets nobody make directories (/proc). Throws E_PATH (exit 2) or what the machine lacks (exit 6).
 */
export function makeDirectory(path: string, mode = 0o777): void {
  for (let attempt = 1; ; attempt++) {
    try {
      mkdirSync(path, { mode });
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && isDirectory(path)) return;
      const parent = dirname(path);
      if (code !== 'ENOENT' || parent === path || attempt === attempts) throw namedPlaceError(error) ?? error;
      makeDirectory(parent, mode);
    }
  }
}

/** Also where a mount answers something else than EEXIST: mkdir of /proc, of a read-only root. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // What mkdir said is what the caller must hear.
    return false;
  }
}
