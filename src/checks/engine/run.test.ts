import { describe, expect, it } from 'vitest';
import type { Check, CheckContext, Evidence } from '../check.ts';
import { everyProfile } from '../check.ts';
import { viewKernel } from '../kernel/view.ts';
import { makeProber } from '../probe/prober.ts';
import { findSubjects } from '../subjects.ts';
import { fakeLab, fakeRuntime } from '../testing/fake-lab.ts';
import { runChecks } from './run.ts';

const good: Evidence = { what: 'a', expected: '1', observed: '1', command: 'true', ok: true };
const bad: Evidence = { what: 'b', expected: '1', observed: '2', command: 'false', ok: false };

const check = (id: string, run: Check['run'], rest: Partial<Check> = {}): Check => ({
  id,
  kind: 'claim',
  sentence: `${id} holds`,
  profiles: everyProfile,
  needs: [],
  run,
  ...rest,
});

async function context(signal = new AbortController().signal, hasWorld = true): Promise<CheckContext> {
  const runtime = fakeRuntime({ hasWorld });
  return {
    runtime,
    lab: fakeLab('ebpf'),
    subjects: await findSubjects(runtime.cluster, runtime.nodes),
    prober: makeProber(runtime, signal),
    kernel: viewKernel(runtime),
    signal,
  };
}

describe('runChecks', () => {
  it.each([
    ['passes when every row is ok', async () => [good, good], 'passed', undefined],
    ['fails on one row that differs', async () => [good, bad], 'failed', 'b: expected 1, observed 2'],
    ['fails without evidence', async () => [], 'failed', 'no evidence was found'],
    [
      'tells an exception as an error',
      async () => {
        throw new Error('no such tool');
      },
      'error',
      'no such tool',
    ],
  ] as const)('%s', async (_title, run, status, reason) => {
    const [result] = await runChecks([check('claim.a', run)], await context());
    expect(result).toMatchObject({ id: 'claim.a', status });
    expect(result?.reason).toBe(reason);
  });

  describe('of what follows the cluster', () => {
    const follower = (answers: readonly Evidence[], eyes: unknown[] = []): Check => {
      let asked = 0;
      return check(
        'claim.a',
        async ({ kernel }) => {
          eyes.push(kernel);
          return [answers[asked++] ?? good];
        },
        { settleMs: 10_000 },
      );
    };
    it('looks again, and never with what it saw before', async () => {
      const eyes: unknown[] = [];
      const [result] = await runChecks([follower([bad, bad], eyes)], await context());
      expect(result?.status).toBe('passed');
      expect(new Set(eyes).size).toBe(3);
    });
    it('fails when the time to settle is over', async () => {
      const stays = follower(Array.from({ length: 100 }, () => bad));
      const [result] = await runChecks([stays], await context(), { settleMs: 300 });
      expect(result).toMatchObject({ status: 'failed', reason: 'b: expected 1, observed 2' });
    });
    it('is settled before anything else starts', async () => {
      const seen: string[] = [];
      const traffic = check('conn.a', async () => {
        seen.push('traffic');
        return [good];
      });
      const late = check('claim.a', async () => [seen.push('look') < 3 ? bad : good], {
        settleMs: 10_000,
      });
      const results = await runChecks([traffic, late], await context());
      expect(results.map(({ id }) => id)).toEqual(['conn.a', 'claim.a']);
      expect(seen).toEqual(['look', 'look', 'look', 'traffic']);
    });
    it('asks once what follows nothing', async () => {
      const { settleMs: _, ...once } = follower([bad]);
      expect(await runChecks([once], await context())).toMatchObject([{ status: 'failed' }]);
    });
  });

  it('ends a check at its limit, aborts its signal and goes on', async () => {
    let aborted = false;
    const stuck = check(
      'claim.stuck',
      ({ signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            aborted = true;
          });
        }),
      { limitMs: 20 },
    );
    const results = await runChecks([stuck, check('claim.b', async () => [good])], await context());
    expect(results.map(({ status }) => status)).toEqual(['error', 'passed']);
    expect(results[0]?.reason).toBe('not finished within 0.02 s');
    expect(aborted).toBe(true);
  });

  it('skips with the reason what the runtime has no host for', async () => {
    const run = async (): Promise<Evidence[]> => [good];
    const [result] = await runChecks(
      [check('claim.a', run, { needs: ['world'] })],
      await context(undefined, false),
    );
    expect(result).toMatchObject({ status: 'skipped', reason: 'the netns runtime has no world host' });
  });

  it('skips what is about several nodes where the lab has one', async () => {
    const check1 = check('claim.a', async () => [good], { needs: ['other-node'] });
    const whole = await context();
    const [node] = whole.subjects.nodes;
    if (node === undefined) throw new Error('no node');
    const alone = { ...whole, subjects: { ...whole.subjects, nodes: [node] } };
    expect(await runChecks([check1], whole)).toMatchObject([{ status: 'passed' }]);
    expect(await runChecks([check1], alone)).toMatchObject([
      { status: 'skipped', reason: 'the lab has one node only' },
    ]);
  });

  it('runs exclusive checks alone, after the others, and answers in the given order', async () => {
    let running = 0;
    const seen: string[] = [];
    const alone: number[] = [];
    const traced = (id: string, exclusive: boolean): Check =>
      check(
        id,
        async () => {
          running++;
          await new Promise((resolve) => setTimeout(resolve, 5));
          if (exclusive) alone.push(running);
          running--;
          seen.push(id);
          return [good];
        },
        { exclusive },
      );
    const checks = [traced('x1', true), traced('a', false), traced('x2', true), traced('b', false)];
    const results = await runChecks(checks, await context());
    expect(results.map(({ id }) => id)).toEqual(['x1', 'a', 'x2', 'b']);
    expect(alone).toEqual([1, 1]);
    expect(seen.slice(2)).toEqual(['x1', 'x2']);
  });

  it('bounds how many run at a time', async () => {
    let running = 0;
    let most = 0;
    const checks = Array.from({ length: 10 }, (_, i) =>
      check(`c${i}`, async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running--;
        return [good];
      }),
    );
    await runChecks(checks, await context(), { parallel: 3 });
    expect(most).toBe(3);
  });

  it('rejects when the caller aborts', async () => {
    const abort = new AbortController();
    const run = runChecks(
      [check('claim.a', () => new Promise(() => setTimeout(() => abort.abort(new Error('stop')), 5)))],
      await context(abort.signal),
    );
    await expect(run).rejects.toThrow('stop');
  });

  it('tells each result once, as it comes', async () => {
    const told: string[] = [];
    await runChecks([check('a', async () => [good]), check('b', async () => [bad])], await context(), {
      onResult: ({ id, status }) => told.push(`${id} ${status}`),
    });
    expect(told).toEqual(['a passed', 'b failed']);
  });
});
