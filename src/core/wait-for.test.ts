import { describe, expect, it } from 'vitest';
import { failure } from './errors.ts';
import { byCommands, waitFor } from './wait-for.ts';

const standStill = (ms: number): void => {
  for (const end = performance.now() + ms; performance.now() < end; );
};

describe('waitFor', () => {
  it('says what it saw last', async () => {
    let looks = 0;
    const waiting = waitFor('a', async () => ({ saw: `look ${++looks}` }), { timeoutMs: 20, intervalMs: 5 });
    await expect(waiting).rejects.toMatchObject({
      code: 'E_TIMEOUT',
      message: expect.stringMatching(/^a: not within 0\.0 s; last seen: look \d+$/),
    });
  });

  it('takes in what came while the process stood still until after the limit', async () => {
    let isThere = false;
    const waiting = waitFor('b', async () => (isThere ? { done: 'b' } : { saw: 'none' }), {
      timeoutMs: 50,
      intervalMs: 10,
    });
    setTimeout(() => standStill(100), 5);
    setTimeout(() => setImmediate(() => setImmediate(() => (isThere = true))), 6);
    expect(await waiting).toBe('b');
  });

  it('looks once where it may not wait', async () => {
    let looks = 0;
    const saw = async () => ({ saw: `look ${++looks}` });
    await expect(waitFor('c', saw, { timeoutMs: 0 })).rejects.toThrow('last seen: look 1');
  });
});

describe('a question by commands', () => {
  const ask = async (code: string): Promise<unknown> => {
    let asked = 0;
    const probe = byCommands(async () => {
      if (asked++ === 0) throw failure(code, 'the server is busy');
      return { done: asked };
    });
    return waitFor('d', probe, { timeoutMs: 1000, intervalMs: 1 });
  };
  it.each(['E_COMMAND', 'E_COMMAND_TIMEOUT'])('is asked again after %s', async (code) => {
    expect(await ask(code)).toBe(2);
  });
  it('is not where asking again changes nothing', async () => {
    await expect(ask('E_COMMAND_MISSING')).rejects.toMatchObject({ code: 'E_COMMAND_MISSING' });
  });
});
