import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeDirectory } from './make-directory.ts';

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'labctl-directory-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

describe('makeDirectory', () => {
  it('makes what misses, with its mode, and leaves alone what is there', () => {
    const path = join(scratch(), 'a', 'b');
    makeDirectory(path, 0o700);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    makeDirectory(path, 0o755);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('takes a symbolic link to a directory for one', () => {
    const at = scratch();
    symlinkSync(at, join(at, 'link'));
    makeDirectory(join(at, 'link', 'below'));
    expect(existsSync(join(at, 'below'))).toBe(true);
  });

  it('needs no right to make directories that are there', () => {
    expect(() => makeDirectory('/proc')).not.toThrow();
    expect(() => makeDirectory('/')).not.toThrow();
  });

  // With Node's `recursive` these never end, and no signal ends them either.
  it.each(['/proc/labctl', '/proc/labctl/deep/er'])('refuses %s at once', (path) => {
    expect(() => makeDirectory(path)).toThrow(
      expect.objectContaining({
        code: 'E_PATH',
        exitCode: 2,
        message: expect.stringContaining('/proc/labctl'),
      }),
    );
  });

  it.each([
    ['a file', (at: string) => at, 'is there already'],
    ['a place below a file', (at: string) => join(at, 'x'), 'no directory'],
    ['a name that is too long', (at: string) => `${at}${'x'.repeat(300)}`, 'too long'],
    ['a name with a zero byte', (at: string) => `${at}\0`, 'characters'],
  ])('refuses %s with exit 2 and a fix', (_, place, reason) => {
    const file = join(scratch(), 'file');
    writeFileSync(file, '');
    expect(() => makeDirectory(place(file))).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: expect.stringContaining(reason),
        fix: expect.any(String),
      }),
    );
  });
});
