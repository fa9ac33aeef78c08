import { ExitCode } from '../core/errors.ts';
import type { CreateReport } from '../lab/index.ts';
import type { CommandContext, CommandResult } from './command.ts';
import { quickVerify } from './quick-verify.ts';

/** What `up` answers: what was made and, unless it is left out, what the short verification found. */
export async function upResult(
  report: CreateReport,
  summary: string,
  options: Readonly<Record<string, unknown>>,
  context: CommandContext,
): Promise<CommandResult> {
  if (options.verify === false || report.action === 'none')
    return { data: { ...report, verify: null }, text: summary };
  const found = await quickVerify(report.lab, context);
  return {
    data: { ...report, verify: found },
    text: `${summary}\n\n${found.text}`,
    exitCode: found.passed ? ExitCode.ok : ExitCode.checkFailed,
  };
}
