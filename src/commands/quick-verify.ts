import type { Report } from '../checks/index.ts';
import { waitFor } from '../core/wait-for.ts';
import type { CommandContext } from './command.ts';

/** The few checks that show whether the mode asked for is the one at work. The lab is kept where one fails. */
export async function quickVerify(
  name: string,
  context: CommandContext,
): Promise<{ passed: boolean; report: Report; text: string }> {
  const [{ labStatus, openLab, verifiedLab }, checks] = await Promise.all([
    import('../lab/index.ts'),
    import('../checks/index.ts'),
  ]);
  await waitFor(
    `lab ${name} healthy`,
    async () => {
      const { state, problems } = await labStatus(name);
      return state === 'healthy' ? { done: undefined } : { saw: problems[0] ?? state };
    },
    { timeoutMs: 60_000, signal: context.signal, fix: `labctl status --name ${name}` },
  );
  const lab = await openLab(name);
  const report = await checks.verify(lab.runtime, verifiedLab(lab), { quick: true, signal: context.signal });
  return { passed: checks.passed(report), report, text: checks.reportText(report) };
}
