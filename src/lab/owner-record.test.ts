import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ownerSchema, readRecord } from './owner-record.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labctl-record-'));
  mkdirSync(join(root, 'a'));
  vi.stubEnv('LABCTL_STATE_DIR', root);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});
const whole = {
  ...{
    schema: ownerSchema,
    lab: 'a',
    runtime: 'netns',
    bootId: 'b',
    createdAt: '2026-01-01',
    phase: 'ready',
  },
  resolved: { profile: 'ebpf', nodes: { workers: 1 } },
};

describe('readRecord', () => {
  it('reads a record, and finds none where none is', async () => {
    expect(await readRecord('a')).toBeUndefined();
    writeFileSync(join(root, 'a/owner.json'), JSON.stringify(whole));
    expect(await readRecord('a')).toEqual(whole);
  });

  it.each([
    ['an empty file', '', 'E_RECORD'],
    ['half a record', '{"schema":', 'E_RECORD'],
    ['null', 'null', 'E_RECORD'],
    ['another version', '{"schema":"labctl.dev/owner/v9"}', 'E_RECORD_VERSION'],
    ['a schema alone', JSON.stringify({ schema: ownerSchema }), 'E_RECORD'],
    ['an unknown runtime', JSON.stringify({ ...whole, runtime: 'toString' }), 'E_RECORD'],
    ['no lab in it', JSON.stringify({ ...whole, resolved: {} }), 'E_RECORD'],
  ])('refuses %s and names the way out', async (_, text, code) => {
    writeFileSync(join(root, 'a/owner.json'), text);
    await expect(readRecord('a')).rejects.toMatchObject({
      code,
      exitCode: 1,
      fix: expect.stringContaining('labctl down'),
    });
  });
});
