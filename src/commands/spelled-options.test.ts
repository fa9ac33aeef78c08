import { expect, it } from 'vitest';
import { spelledOptions } from './spelled-options.ts';

const table = [
  { flags: '-f, --config <file>', summary: '' },
  { flags: '--cilium-version <version>', summary: '' },
  { flags: '--set <key=value>', summary: '', repeatable: true },
  { flags: '--dev', summary: '' },
];

it('spells what is given, in the order of the table, as a shell reads it', () => {
  const options = {
    set: ['a=b', "c={x y,'z'}"],
    ciliumVersion: '1.20.0',
    dev: true,
    config: 'lab.yaml',
    other: 'no',
  };
  expect(spelledOptions(table, options).join(' ')).toBe(
    `--config lab.yaml --cilium-version 1.20.0 --set a=b --set 'c={x y,'\\''z'\\''}' --dev`,
  );
  expect(spelledOptions(table, {})).toEqual([]);
});
