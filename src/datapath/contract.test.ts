import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contractHash, differences, mergeLayouts, readCodes } from './contract.ts';
import { contractHash as committed } from './generated/layout.ts';
import type { ObjectLayout } from './layout.ts';

const map = 'struct {\n\t__uint(max_entries, 4);\n} lab_x SEC(".maps");\n';

describe('contractHash', () => {
  const base = new Map([
    ['include/abi.h', 'struct lab_x {};'],
    ['lib/x.h', `int a;\n${map}`],
  ]);
  const hashWith = (file: string, text: string): string => contractHash(new Map([...base, [file, text]]));

  test('changes with shared types, maps and configuration', () => {
    expect(hashWith('include/abi.h', 'struct lab_y {};')).not.toBe(contractHash(base));
    expect(hashWith('lib/x.h', `int a;\n${map.replace('4', '5')}`)).not.toBe(contractHash(base));
    expect(hashWith('lib/y.h', 'LAB_CONFIG(__u8, new_one, 0, "Sentence");')).not.toBe(contractHash(base));
  });

  test('does not change with logic or C tests', () => {
    expect(hashWith('lib/x.h', `int b;\n${map}`)).toBe(contractHash(base));
    expect(hashWith('tests/t.bpf.c', map)).toBe(contractHash(base));
  });

  test('is that of the committed files', () => {
    const root = join(import.meta.dirname, '../../bpf');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.(c|h|def)$/.test(file),
    );
    const sources = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
    expect(committed, 'run npm run gen').toBe(contractHash(sources));
  });
});

test('readCodes takes name, number and sentence, and no comment', () => {
  const text = '/* LAB_DROP(NAME, number, sentence) */\nLAB_DROP(NO_BACKEND, 136, "The Service, (alone)")\n';
  expect(readCodes('dropReasons', text).rows).toEqual([
    { name: 'no_backend', number: 136, sentence: 'The Service, (alone)' },
  ]);
});

describe('layouts', () => {
  const layout = (size: number, offset = 0): ObjectLayout => ({
    maps: [],
    enums: [],
    structs: [{ name: 'lab_x', size, fields: [] }],
    config: [{ name: 'lab_cfg_a', offset, sentence: '', type: { kind: 'bool', size: 1 } }],
  });

  test('of several objects are one where they agree; places of variables may differ', () => {
    expect(mergeLayouts({ a: layout(4, 0), b: layout(4, 8) })).toEqual(layout(4));
    expect(() => mergeLayouts({ a: layout(4), b: layout(8) })).toThrow('disagree on lab_x');
  });

  test('are compared with the contract by name', () => {
    expect(differences(layout(4, 12), layout(4))).toEqual([]);
    expect(differences(layout(8), layout(4))).toEqual(['lab_x: another layout']);
    expect(differences(layout(4), { ...layout(4), structs: [] })).toEqual(['lab_x: no codec']);
  });
});
