import { environmentError, LabError, messageOf, usageError } from './errors.ts';

/** What the system says of a path that cannot be what it is named for. */
const wrongPlace: Readonly<Record<string, string>> = {
  ENOTDIR: 'a part of it is no directory',
  EISDIR: 'is a directory',
  EEXIST: 'is there already and is no directory',
  ENOENT: 'cannot be made there',
  ELOOP: 'its symbolic links lead round in a circle',
  ENAMETOOLONG: 'is too long for a name',
  ERR_INVALID_ARG_VALUE: 'no name can have such characters',
};

/**
 * A refusal of the file system as an error for people: what this machine lacks is exit 6, what its user
 * removed is exit 2. Undefined for anything else, which may be our own bug.
 */
export function fileError(error: unknown): LabError | undefined {
  const refusal = asRefusal(error);
  if (refusal === undefined) return undefined;
  const { path, code, syscall } = refusal;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return environmentError('E_PERMISSION', `${path}: permission denied`, {
        cause: error,
        fix: isRoot() ? 'name another place: this one is closed to root too' : 'run it with sudo, or as root',
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return environmentError('E_NO_SPACE', `${path}: no space is left`, {
        cause: error,
        fix: 'free space there (df -h and df -i show what is used), then run it again',
      });
    case 'EROFS':
      return environmentError('E_READ_ONLY', `${path}: the file system is read-only`, {
        cause: error,
        fix: 'name another place, or mount it writable',
      });
    case 'EMFILE':
    case 'ENFILE':
      return environmentError('E_OPEN_FILES', `${path}: too many files are open`, {
        cause: error,
        fix: 'raise the limit (ulimit -n 4096), then run it again',
      });
    case 'ENOTDIR':
      return placeError(error);
    default:
      if (syscall !== 'uv_cwd') return undefined;
      return usageError('E_NO_DIRECTORY', 'the working directory has been removed', {
        cause: error,
        fix: 'cd to one that exists',
      });
  }
}

/** The same for a path that somebody named: then a badly chosen place is E_PATH (exit 2), not a bug. */
export function namedPlaceError(error: unknown): LabError | undefined {
  return fileError(error) ?? placeError(error);
}

function placeError(error: unknown): LabError | undefined {
  const { path, code = '' } = asRefusal(error) ?? {};
  const reason = wrongPlace[code];
  if (reason === undefined) return undefined;
  return usageError('E_PATH', `${JSON.stringify(path)}: ${reason}`, {
    cause: error,
    fix: 'name another place',
  });
}

interface Refusal {
  readonly code: string;
  readonly path: string;
  readonly syscall: string | undefined;
}

function asRefusal(error: unknown): Refusal | undefined {
  if (error instanceof LabError || !(error instanceof Error) || !('code' in error)) return undefined;
  return {
    code: String(error.code),
    path: 'path' in error ? String(error.path) : messageOf(error),
    syscall: 'syscall' in error ? String(error.syscall) : undefined,
  };
}

const isRoot = (): boolean => process.getuid?.() === 0;
