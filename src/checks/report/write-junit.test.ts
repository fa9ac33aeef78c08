import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sampleReport } from '../testing/sample-report.ts';
import { prepareJUnit, writeJUnit } from './write-junit.ts';

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'labctl-junit-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

describe('writeJUnit', () => {
  it('makes the directory and leaves nothing beside the file', async () => {
    const at = scratch();
    await prepareJUnit(join(at, 'a/b.xml'));
    expect(existsSync(join(at, 'a/b.xml'))).toBe(false);
    await writeJUnit(sampleReport(), join(at, 'a/b.xml'));
    expect(readFileSync(join(at, 'a/b.xml'), 'utf8')).toMatch(/^<\?xml/);
    expect(readdirSync(join(at, 'a'))).toEqual(['b.xml']);
  });

  it('keeps a symbolic link and replaces what it points to', async () => {
    const at = scratch();
    writeFileSync(join(at, 'real.xml'), 'old');
    symlinkSync('real.xml', join(at, 'link.xml'));
    await writeJUnit(sampleReport(), join(at, 'link.xml'));
    expect(lstatSync(join(at, 'link.xml')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(at, 'real.xml'), 'utf8')).toMatch(/^<\?xml/);
  });

  it('writes into a device and never replaces it', async () => {
    const at = scratch();
    symlinkSync('/dev/null', join(at, 'null'));
    await prepareJUnit(join(at, 'null'));
    await writeJUnit(sampleReport(), join(at, 'null'));
    expect(lstatSync(join(at, 'null')).isSymbolicLink()).toBe(true);
    symlinkSync('/dev/full', join(at, 'full'));
    await expect(writeJUnit(sampleReport(), join(at, 'full'))).rejects.toMatchObject({ code: 'E_NO_SPACE' });
    expect(lstatSync(join(at, 'full')).isSymbolicLink()).toBe(true);
  });

  it.each(['directory', 'file/x.xml', '/proc/labctl/x.xml', '/proc/x.xml'])(
    'refuses %s before',
    async (place) => {
      const at = scratch();
      mkdirSync(join(at, 'directory'));
      writeFileSync(join(at, 'file'), '');
      const file = place.startsWith('/') ? place : join(at, place);
      await expect(prepareJUnit(file).then(() => writeJUnit(sampleReport(), file))).rejects.toMatchObject({
        code: expect.stringMatching(/^E_P/),
      });
    },
  );
});
