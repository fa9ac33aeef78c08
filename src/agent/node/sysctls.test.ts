import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applySettings } from './sysctls.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sysctl-'));
  const path = join(root, 'net/ipv4/ip_local_port_range');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '32768\t60999\n');
});
afterEach(() => rmSync(root, { recursive: true }));

test('writes the value and answers the one before', () => {
  const setting = { name: 'net/ipv4/ip_local_port_range', value: '1024 2048' };
  expect(applySettings([setting], root)).toEqual({ 'net/ipv4/ip_local_port_range': '32768 60999' });
  expect(readFileSync(join(root, setting.name), 'utf8')).toBe('1024 2048');
});

test('a setting that the kernel does not have is an error, unless it is optional', () => {
  const missing = { name: 'net/bridge/none', value: '0' };
  expect(applySettings([{ ...missing, isOptional: true }], root)).toEqual({});
  expect(() => applySettings([missing], root)).toThrow('could not be set');
});
