import { expect, test } from 'vitest';
import { execLean } from './exec-lean.ts';

test('gives input and returns both streams', async () => {
  expect(await execLean('cat', ['-'], { input: 'a\n' })).toEqual({ stdout: 'a\n', stderr: '', exitCode: 0 });
});

test('an exit code rejects with the last lines of stderr', async () => {
  await expect(execLean('ls', ['/no/such/place'])).rejects.toMatchObject({
    code: 'E_COMMAND',
    message: expect.stringContaining('No such file'),
  });
});

test('allowFailure returns the exit code', async () => {
  expect((await execLean('false', [], { allowFailure: true })).exitCode).toBe(1);
});

test('a missing program is named', async () => {
  await expect(execLean('no-such-program', [])).rejects.toMatchObject({ code: 'E_COMMAND_MISSING' });
});

test('the limit ends the process', async () => {
  await expect(execLean('sleep', ['5'], { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'E_COMMAND_TIMEOUT',
  });
});

test('abort rejects with the reason of the signal', async () => {
  const reason = new Error('enough');
  await expect(execLean('sleep', ['5'], { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
    name: 'TimeoutError',
  });
  await expect(execLean('sleep', ['5'], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
