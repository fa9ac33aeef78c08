import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Exec } from '../core/exec.ts';
import { compilePlugin } from './compile.ts';

let root: string;
let started: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labctl-compile-'));
  started = [];
  mkdirSync(join(root, 'src'));
  writeFileSync(join(root, 'src/plugin.c'), 'int main;');
  installCompiler('one');
});
afterEach(() => rmSync(root, { recursive: true }));

/** A compiler that writes its version and the source into the output. */
const exec: Exec = async (file, args, options) => {
  const version = readFileSync(file, 'utf8');
  if (args[0] === '--version') {
    started.push('version');
    return { stdout: version, stderr: '', exitCode: 0 };
  }
  started.push('compile');
  const source = readFileSync(join(options?.cwd ?? '', 'plugin.c'), 'utf8');
  if (source.includes('error')) return { stdout: '', stderr: 'plugin.c:1: no', exitCode: 1 };
  writeFileSync(args.at(-1) ?? '', `${version}:${source}`);
  return { stdout: '', stderr: '', exitCode: 0 };
};
const clang = (): string => join(root, 'clang');
function installCompiler(version: string): void {
  writeFileSync(clang(), version);
  chmodSync(clang(), 0o755);
}
const compile = (): ReturnType<typeof compilePlugin> =>
  compilePlugin({
    sources: join(root, 'src'),
    file: 'plugin.c',
    cache: join(root, 'cache'),
    clang: clang(),
    exec,
  });

describe('the object cache', () => {
  test('compiles once, then starts no process at all', async () => {
    const first = await compile();
    expect(first.warm).toBe(false);
    expect(started).toEqual(['version', 'compile']);
    const second = await compile();
    expect(second).toEqual({ path: first.path, warm: true });
    expect(started).toHaveLength(2);
  });

  test.each([
    ['sources', () => writeFileSync(join(root, 'src/plugin.c'), 'int other;')],
    ['the compiler', () => installCompiler('another')],
  ])('compiles anew when %s changed', async (_what, change) => {
    const first = await compile();
    change();
    const second = await compile();
    expect(second.warm).toBe(false);
    expect(second.path).not.toBe(first.path);
  });

  test('does not use a file whose content is not what its manifest says', async () => {
    const { path } = await compile();
    const good = readFileSync(path, 'utf8');
    writeFileSync(path, 'damaged');
    expect(await compile()).toEqual({ path, warm: false });
    expect(readFileSync(path, 'utf8')).toBe(good);
  });

  test('serves a machine without compiler what another compiled from the same sources, and nothing else', async () => {
    const { path } = await compile();
    rmSync(clang());
    expect(await compile()).toEqual({ path, warm: true });
    writeFileSync(join(root, 'src/plugin.c'), 'int other;');
    await expect(compile()).rejects.toMatchObject({
      code: 'E_NO_COMPILER',
      exitCode: 6,
      fix: expect.stringContaining('clang'),
    });
  });

  test('lets several compile the same at once', async () => {
    const all = await Promise.all([compile(), compile(), compile()]);
    expect(new Set(all.map(({ path }) => path)).size).toBe(1);
    const left = readdirSync(dirname(dirname(all[0]?.path ?? '')));
    expect(left).toEqual([basename(dirname(all[0]?.path ?? ''))]);
  });

  test('says what the compiler said, and keeps nothing of it', async () => {
    writeFileSync(join(root, 'src/plugin.c'), 'error');
    await expect(compile()).rejects.toMatchObject({
      code: 'E_COMPILE',
      message: expect.stringContaining('plugin.c:1: no'),
    });
    expect(readdirSync(join(root, 'cache/objects'))).toEqual([]);
  });
});
