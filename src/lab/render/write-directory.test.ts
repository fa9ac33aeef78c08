import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeDirectory } from './write-directory.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'labctl-render-'));
});
afterEach(() => rm(directory, { recursive: true }));

const a = { path: 'a.yaml', text: 'a: 1\n' };
const b = { path: 'deep/b.yaml', text: 'b: 1\n' };
const read = (path: string): Promise<string> => readFile(join(directory, path), 'utf8');

describe('writeDirectory', () => {
  it('creates, leaves alone, updates and removes its own files', async () => {
    expect(await writeDirectory(directory, [a, b])).toEqual([
      { path: 'a.yaml', action: 'created' },
      { path: 'deep/b.yaml', action: 'created' },
    ]);
    expect(await writeDirectory(directory, [{ ...a, text: 'a: 2\n' }])).toEqual([
      { path: 'a.yaml', action: 'updated' },
      { path: 'deep/b.yaml', action: 'removed' },
    ]);
    expect(await read('a.yaml')).toBe('a: 2\n');
    expect(await readdir(join(directory, 'deep'))).toEqual([]);
    expect(await writeDirectory(directory, [{ ...a, text: 'a: 2\n' }])).toEqual([
      { path: 'a.yaml', action: 'unchanged' },
    ]);
  });

  it('writes nothing at all where one file is foreign', async () => {
    await writeFile(join(directory, 'a.yaml'), 'mine\n');
    await expect(writeDirectory(directory, [b, a])).rejects.toMatchObject({
      code: 'E_FOREIGN_FILE',
      exitCode: 7,
      details: { files: [join(directory, 'a.yaml')] },
    });
    expect(await readdir(directory)).toEqual(['a.yaml']);
    expect(await read('a.yaml')).toBe('mine\n');
  });

  it('takes an own file that somebody edited for foreign, also one that it would remove', async () => {
    await writeDirectory(directory, [a, b]);
    await writeFile(join(directory, 'deep/b.yaml'), 'edited\n');
    await expect(writeDirectory(directory, [a, { ...b, text: 'new\n' }])).rejects.toMatchObject({
      exitCode: 7,
    });
    await writeDirectory(directory, [a]);
    expect(await read('deep/b.yaml')).toBe('edited\n');
  });

  it('accepts a foreign file that says the same', async () => {
    await writeFile(join(directory, 'a.yaml'), a.text);
    expect(await writeDirectory(directory, [a])).toEqual([{ path: 'a.yaml', action: 'unchanged' }]);
  });

  it('takes every file for foreign where its record is damaged', async () => {
    await writeDirectory(directory, [a]);
    for (const damaged of ['{"files":', 'null', '{"files": 1}']) {
      await writeFile(join(directory, '.labctl-rendered.json'), damaged);
      await expect(writeDirectory(directory, [{ ...a, text: 'new\n' }])).rejects.toMatchObject({
        code: 'E_FOREIGN_FILE',
      });
    }
    expect(await writeDirectory(directory, [a])).toEqual([{ path: 'a.yaml', action: 'unchanged' }]);
  });

  it('refuses a place that is no directory, or has one where a file goes', async () => {
    await writeFile(join(directory, 'file'), '');
    for (const place of ['file', 'file/below'])
      await expect(writeDirectory(join(directory, place), [a])).rejects.toMatchObject({ exitCode: 2 });
    await mkdir(join(directory, 'a.yaml'));
    await expect(writeDirectory(directory, [a])).rejects.toMatchObject({ code: 'E_PATH', exitCode: 2 });
  });
});
