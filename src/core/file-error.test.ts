import { describe, expect, it } from 'vitest';
import { usageError } from './errors.ts';
import { fileError, namedPlaceError } from './file-error.ts';

const refusal = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`${code}: no`), { code, path: '/x/y', ...more });

describe('fileError', () => {
  it.each([
    ['EACCES', 'E_PERMISSION', 6],
    ['EPERM', 'E_PERMISSION', 6],
    ['ENOSPC', 'E_NO_SPACE', 6],
    ['EDQUOT', 'E_NO_SPACE', 6],
    ['EROFS', 'E_READ_ONLY', 6],
    ['EMFILE', 'E_OPEN_FILES', 6],
    ['ENOTDIR', 'E_PATH', 2],
  ])('%s is %s, exit %i, with the path and a fix', (errno, code, exitCode) => {
    const found = fileError(refusal(errno));
    expect(found).toMatchObject({ code, exitCode, message: expect.stringContaining('/x/y') });
    expect(found?.fix).toBeDefined();
  });

  it.each(['EISDIR', 'ELOOP', 'ENAMETOOLONG', 'ENOENT'])(
    '%s is exit 2 where somebody named the path, and our bug where nobody did',
    (errno) => {
      expect(namedPlaceError(refusal(errno))).toMatchObject({ code: 'E_PATH', exitCode: 2 });
      expect(fileError(refusal(errno))).toBeUndefined();
    },
  );

  it('tells that the working directory is gone', () => {
    expect(fileError(refusal('ENOENT', { syscall: 'uv_cwd' }))).toMatchObject({ code: 'E_NO_DIRECTORY' });
  });

  it('says nothing of other errors', () => {
    for (const other of [
      usageError('E_X', 'x'),
      new TypeError('x'),
      refusal('ECONNREFUSED'),
      'x',
      undefined,
    ]) {
      expect(fileError(other)).toBeUndefined();
    }
  });
});
