import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../core/wait-for.ts';
import { takeLock } from './flock.ts';

let directory = '';
let path = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'labctl-lock-'));
  path = join(directory, 'lab.lock');
});
afterEach(() => rm(directory, { recursive: true }));

test('a second holder is refused with the name of the first, until that one lets go', async () => {
  const first = await takeLock(path, { holder: 'labctl up one', waitMs: 0 });
  await expect(takeLock(path, { holder: 'labctl down one', waitMs: 0 })).rejects.toMatchObject({
    code: 'E_BUSY',
    exitCode: 7,
    message: expect.stringContaining(`labctl up one (process ${process.pid})`),
  });
  first.release();
  (await takeLock(path, { holder: 'labctl down one', waitMs: 0 })).release({ remove: true });
  expect(existsSync(path)).toBe(false);
});

test('the lock of a killed holder is free at once', async () => {
  const holder = spawn('flock', ['-x', path, 'sleep', '60'], { detached: true, stdio: 'ignore' });
  await waitFor(
    'the other process holds it',
    async () => {
      if (!existsSync(path)) return { saw: 'no file' };
      try {
        (await takeLock(path, { holder: 'test', waitMs: 0 })).release();
        return { saw: 'free' };
      } catch (error) {
        return { done: error };
      }
    },
    { timeoutMs: 2000, intervalMs: 5 },
  );
  process.kill(-(holder.pid ?? 0), 'SIGKILL');
  (await takeLock(path, { holder: 'test', waitMs: 1000 })).release();
});
