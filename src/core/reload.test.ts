import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSourcePath, readSources } from './reload.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labctl-sources-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('sources of a datapath', () => {
  it('are its C files and tables, without tests and what editors leave', () => {
    mkdirSync(join(root, 'lib'));
    mkdirSync(join(root, 'tests'));
    const files = [
      'lab_lxc.bpf.c',
      'lib/nat.h',
      'lib/codes.def',
      'tests/nat.c',
      'Makefile',
      'lib/nat.h~',
      'lib/.nat.h.swp',
    ];
    for (const file of files) writeFileSync(join(root, file), `of ${file}`);
    expect(readSources(root)).toEqual({
      'lab_lxc.bpf.c': 'of lab_lxc.bpf.c',
      'lib/codes.def': 'of lib/codes.def',
      'lib/nat.h': 'of lib/nat.h',
    });
  });

  it.each(['../etc/x.h', '/etc/x.h', 'lib/../../x.h', 'lib//x.h', 'x.sh', ''])('are never %s', (path) => {
    expect(isSourcePath(path)).toBe(false);
  });
});
