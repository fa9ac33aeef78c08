import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { type Conversation, conversations } from '../core/conversations.ts';
import { startConversation } from './conversation.ts';

const limit = { timeoutMs: 5000 };
const begun: Conversation[] = [];
const shell = (script: string): Conversation => {
  const conversation = startConversation({ file: '/bin/sh', args: ['-c', script] });
  begun.push(conversation);
  return conversation;
};
const echo = 'while read -r line; do [ "$line" = end ] && echo "why" >&2 && exit 3; echo "$$ $line"; done';

afterEach(async () => {
  await Promise.all(begun.splice(0).map(({ end }) => end()));
});

it('is answered by one process, in order', async () => {
  const { ask } = shell(echo);
  const answers = await Promise.all([ask('one', limit), ask('two', limit)]);
  const [pid] = answers[0]?.split(' ') ?? [];
  expect(answers).toEqual([`${pid} one`, `${pid} two`]);
});

it('says how a process ended that does not answer, and what it said', async () => {
  const conversation = shell(echo);
  const asked = [conversation.ask('end', limit), conversation.ask('more', limit)];
  for (const one of await Promise.allSettled(asked)) {
    expect(one).toMatchObject({
      reason: { code: 'E_COMMAND', message: expect.stringMatching(/exit code 3 before its answer\nwhy$/) },
    });
  }
  expect(conversation.isOver()).toBe(true);
  await expect(conversation.ask('late', limit)).rejects.toThrow(/has ended\nwhy$/);
});

it('says so where there is no such program', async () => {
  const { ask } = startConversation({ file: '/nonexistent/program', args: [] });
  await expect(ask('one', limit)).rejects.toThrow(/ENOENT/);
});

it('ends a process that is past its limit, or that nobody waits for any more', async () => {
  const slow = shell('read -r line; exec sleep 30');
  await expect(slow.ask('one', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'E_COMMAND_TIMEOUT' });
  const aborted = shell('read -r line; exec sleep 30');
  const abort = new AbortController();
  const asked = aborted.ask('one', { ...limit, signal: abort.signal });
  abort.abort(new Error('interrupted'));
  await expect(asked).rejects.toThrow('interrupted');
  for (let turn = 0; turn < 100 && !(slow.isOver() && aborted.isOver()); turn++) await sleep(20);
  expect([slow.isOver(), aborted.isOver()]).toEqual([true, true]);
});

it('has one process at each place, and another where that has ended', async () => {
  const started: string[] = [];
  const { at } = conversations(
    (place: string) => place,
    async (place) => {
      started.push(place);
      return shell(echo);
    },
  );
  const [first, same] = await Promise.all([at('a'), at('a'), at('b')]);
  expect(same).toBe(first);
  await expect(first.ask('end', limit)).rejects.toThrow();
  const [next, again] = await Promise.all([at('a'), at('a')]);
  expect(again).toBe(next);
  expect(next).not.toBe(first);
  expect(started).toEqual(['a', 'b', 'a']);
});

it('begins anew where it could not begin', async () => {
  let tries = 0;
  const { at } = conversations(
    (place: string) => place,
    async () => {
      if (tries++ === 0) throw new Error('no pod');
      return shell(echo);
    },
  );
  await expect(at('a')).rejects.toThrow('no pod');
  expect(await (await at('a')).ask('one', limit)).toMatch(/one$/);
});
