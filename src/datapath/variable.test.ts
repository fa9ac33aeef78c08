import { expect, test } from 'vitest';
import type { VariableLayout } from './layout.ts';
import { decodeVariable, encodeVariable, type VariableValue } from './variable.ts';

const variable = (size: number, order: 'host' | 'network'): VariableLayout => ({
  name: 'lab_cfg_x',
  offset: 2,
  sentence: '',
  type: { kind: 'number', size, order, signed: false },
});

test.each<[number, 'host' | 'network', VariableValue, string]>([
  [1, 'host', 1, '01'],
  [2, 'host', 30_000, '3075'],
  [2, 'network', 30_000, '7530'],
  [4, 'network', 0x0a600000, '0a600000'],
  [8, 'host', 4097n, '0110000000000000'],
])('%i bytes in %s order: %s is %s, and back', (size, order, value, hex) => {
  const bytes = encodeVariable(variable(size, order), value);
  expect(bytes.toString('hex')).toBe(hex);
  expect(decodeVariable(variable(size, order), Buffer.concat([Buffer.alloc(2, 0xff), bytes]))).toBe(value);
});

test('refuses values that do not fit', () => {
  expect(() => encodeVariable(variable(1, 'host'), 256)).toThrow('lab_cfg_x: 256 does not fit');
  expect(() => encodeVariable(variable(4, 'host'), -1)).toThrow(RangeError);
});
