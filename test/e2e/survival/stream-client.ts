/** Program: holds connections open and makes new ones, as asked by lines of JSON (protocol.ts). */
import { answerLines } from '../support/answer-lines.ts';
import type { Destination, StreamQuestion, StreamReport } from './protocol.ts';
import { openStream, type Stream } from './stream.ts';

const limitMs = 10_000;
const streams: Stream[] = [];
const timers: NodeJS.Timeout[] = [];
const underWay = new Set<Promise<void>>();
const fresh = { succeeded: 0, failed: 0, failures: {} as Record<string, number> };

await answerLines<StreamQuestion, StreamReport>(async (question) => {
  switch (question.kind) {
    case 'try':
      await useOnce(question.to);
      return report();
    case 'open':
      return await open(question.to, question.count, question.everyMs);
    case 'look':
      return report();
    case 'finish':
      return await finish(question.drainMs);
  }
});

async function open(to: Destination, count: number, everyMs: number): Promise<StreamReport> {
  Object.assign(fresh, { succeeded: 0, failed: 0, failures: {} });
  streams.push(...(await Promise.all(Array.from({ length: count }, () => openStream(to, limitMs)))));
  const every = (work: () => void): void => {
    timers.push(setInterval(work, everyMs));
  };
  for (const stream of streams) every(stream.send);
  every(() => {
    const use = useOnce(to).finally(() => underWay.delete(use));
    underWay.add(use);
  });
  return report();
}

async function finish(drainMs: number): Promise<StreamReport> {
  for (const timer of timers) clearInterval(timer);
  const deadline = performance.now() + drainMs;
  const isQuiet = (): boolean =>
    underWay.size === 0 &&
    streams.every((stream) => stream.loss() !== undefined || stream.echoed() === stream.sent());
  while (!isQuiet() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  if (underWay.size > 0) countFailure('unfinished', underWay.size);
  const result = report();
  for (const stream of streams) stream.close();
  return result;
}

/** Connects, sends one number, wants it back, closes. */
async function useOnce(to: Destination): Promise<void> {
  try {
    const stream = await openStream(to, limitMs);
    stream.send();
    const deadline = performance.now() + limitMs;
    while (stream.echoed() === 0 && stream.loss() === undefined && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    if (stream.echoed() === 0) throw new Error(stream.loss() ?? 'no echo');
    stream.close();
    fresh.succeeded++;
  } catch (error) {
    countFailure(error instanceof Error ? error.message : String(error), 1);
  }
}

function countFailure(why: string, count: number): void {
  fresh.failed += count;
  fresh.failures[why] = (fresh.failures[why] ?? 0) + count;
}

function report(): StreamReport {
  const losses: Record<string, number> = {};
  for (const stream of streams) {
    const loss = stream.loss() ?? (stream.echoed() < stream.sent() ? 'unanswered' : undefined);
    if (loss !== undefined) losses[loss] = (losses[loss] ?? 0) + 1;
  }
  const sum = (value: (stream: Stream) => number): number =>
    streams.reduce((total, stream) => total + value(stream), 0);
  return {
    opened: streams.length,
    lost: Object.values(losses).reduce((total, count) => total + count, 0),
    losses,
    sent: sum((stream) => stream.sent()),
    echoed: sum((stream) => stream.echoed()),
    longestGapMs: Math.round(Math.max(0, ...streams.map((stream) => stream.longestGapMs()))),
    seen: [...new Set(streams.map((stream) => stream.who()))].sort(),
    fresh: { ...fresh, failures: { ...fresh.failures } },
  };
}
