/** Program: makes new connections at a pace, as asked by lines of JSON (protocol.ts). */
import { answerLines } from '../support/answer-lines.ts';
import type { Destination, RequestQuestion, RequestReport } from './protocol.ts';
import { request } from './request.ts';

const tickMs = 10;
/** A machine that does not keep pace shows a lower one; more at once would only make it slower. */
const mostUnderWay = 64;
const underWay = new Set<Promise<void>>();
let failures: Record<string, number> = {};
let answered = new Set<string>();
let [ended, failed, slowestMs, startedAt] = [0, 0, 0, performance.now()];
let stoppedAt: number | undefined;
let timer: NodeJS.Timeout | undefined;

await answerLines<RequestQuestion, RequestReport>(async (question) => {
  switch (question.kind) {
    case 'try':
      await useOnce(question.to);
      return report();
    case 'start':
      start(question.to, question.perSecond);
      return report();
    case 'look':
      return report();
    case 'stop':
      clearInterval(timer);
      stoppedAt = performance.now();
      await Promise.all(underWay);
      return report();
  }
});

/** What a late tick missed is made up for as far as the bound allows, so the pace is that of the clock. */
function start(to: Destination, perSecond: number): void {
  [ended, failed, slowestMs, startedAt] = [0, 0, 0, performance.now()];
  failures = {};
  answered = new Set();
  let begun = 0;
  timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond);
    for (; begun < due && underWay.size < mostUnderWay; begun++) {
      const use = useOnce(to).finally(() => underWay.delete(use));
      underWay.add(use);
    }
  }, tickMs);
}

async function useOnce(to: Destination): Promise<void> {
  const from = performance.now();
  const tookMs = (): number => Math.round(performance.now() - from);
  try {
    answered.add(await request(to));
  } catch (error) {
    failed++;
    const why = error instanceof Error ? error.message : String(error);
    failures[why] = (failures[why] ?? 0) + 1;
  }
  ended++;
  slowestMs = Math.max(slowestMs, tookMs());
}

function report(): RequestReport {
  const seconds = ((stoppedAt ?? performance.now()) - startedAt) / 1000;
  const since = [...answered].sort();
  answered = new Set();
  return {
    ended,
    perSecond: Math.round(ended / seconds),
    failed,
    failures: { ...failures },
    slowestMs,
    answered: since,
  };
}
