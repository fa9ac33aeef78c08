import { timeoutError } from '../core/errors.ts';
import { waitFor } from '../core/wait-for.ts';
import {
  inventoryLines,
  removeCgroupParent,
  removeSharedRoots,
  takeInventory,
} from '../runtime/netns/index.ts';
import type { DownContext, LabContext, ProgressStep } from './context.ts';
import { createSteps } from './steps/index.ts';

/** The kernel finishes some removals after the call that asked for them. */
const settleMs = 10_000;
const pollMs = 20;

/** Undoes every step of `up` in reverse, then waits until the machine has nothing of the lab. */
export async function removeEverything(
  context: DownContext,
  { progress }: Pick<LabContext, 'progress'>,
): Promise<void> {
  const undos = createSteps.flatMap((step): ProgressStep<DownContext>[] =>
    step.undo === undefined ? [] : [{ title: step.undo.title, run: step.undo.run }],
  );
  await progress([...undos.reverse(), settled], context);
}

/** What is left of a lab; the lock of whoever asks is not counted. */
export async function remains({ exec, lab }: DownContext): Promise<string[]> {
  const lines = inventoryLines(await takeInventory(exec, lab));
  return lines.filter((line) => !line.endsWith('.lock'));
}

const settled: ProgressStep<DownContext> = {
  title: 'Wait until nothing is left',
  run: async (context) => {
    await waitFor(
      `lab ${context.lab} is gone`,
      async () => {
        const left = await remains(context);
        return left.length === 0 ? { done: undefined } : { saw: left.join(', ') };
      },
      { timeoutMs: settleMs, intervalMs: pollMs },
    ).catch((cause: unknown) => {
      throw timeoutError('E_LEFT', `lab ${context.lab} is not gone: ${String(cause)}`, {
        cause,
        fix: `labctl down --name ${context.lab} again; a process of somebody else may hold it`,
      });
    });
    await removeCgroupParent();
    await removeSharedRoots();
  },
};
