import { expect, test } from 'vitest';
import { silentLog } from '../core/log.ts';
import { waitFor } from '../core/wait-for.ts';
import { createWorkQueue } from './work-queue.ts';

test('a key that is added while its work runs is done once more, never twice at a time', async () => {
  const log: string[] = [];
  let finish: () => void = () => undefined;
  const queue = createWorkQueue(
    'test',
    async (key) => {
      log.push(`${key} begins`);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      log.push(`${key} ends`);
    },
    silentLog,
  );
  for (let i = 0; i < 3; i++) queue.add('a');
  expect(log).toEqual(['a begins']);
  finish();
  await reach(log, 3);
  finish();
  await reach(log, 4);
  expect(log).toEqual(['a begins', 'a ends', 'a begins', 'a ends']);
  queue.close();
});

test('work that fails is tried again', async () => {
  const log: string[] = [];
  const queue = createWorkQueue(
    'test',
    async () => {
      log.push('try');
      if (log.length < 3) throw new Error('not yet');
    },
    silentLog,
  );
  queue.add('a');
  await reach(log, 3);
  queue.close();
});

test('a closed queue does nothing more', async () => {
  const log: string[] = [];
  const queue = createWorkQueue('test', async (key) => void log.push(key), silentLog);
  queue.addLater('a', 1);
  queue.close();
  queue.add('b');
  await waitFor('nothing', async () => (log.length === 0 ? { done: undefined } : { saw: log.join() }), {
    timeoutMs: 0,
  });
});

const reach = (log: readonly string[], length: number): Promise<void> =>
  waitFor(
    `${length} entries`,
    async () => (log.length >= length ? { done: undefined } : { saw: log.join(', ') }),
    { timeoutMs: 1000, intervalMs: 2 },
  );
