import { sleep } from '../../core/wait-for.ts';
import type { Check, CheckContext, Evidence } from '../check.ts';
import { judge } from './judge.ts';

const lookAgainMs = 250;

/** Looks again, each time with new eyes, until the check holds or its time to settle is over. */
export async function settled(
  check: Check,
  context: CheckContext,
  settleMs: number,
): Promise<readonly Evidence[]> {
  const deadline = performance.now() + settleMs;
  let evidence = await check.run(context);
  while (judge(evidence) !== undefined && performance.now() < deadline) {
    await sleep(lookAgainMs, context.signal);
    const { kernel, cilium } = context;
    const views = { kernel: kernel.afresh(), ...(cilium && { cilium: cilium.afresh() }) };
    evidence = await check.run({ ...context, ...views });
  }
  return evidence;
}
