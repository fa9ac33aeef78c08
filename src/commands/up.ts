import type { Report } from '../checks/index.ts';
import { ExitCode } from '../core/errors.ts';
import { waitFor } from '../core/wait-for.ts';
import type { CreateReport } from '../lab/index.ts';
import type { CommandContext, CommandDefinition } from './command.ts';
import { labOptions, resolveInput } from './lab-input.ts';
import { dryRunOption, isOn } from './shared.ts';

export const up: CommandDefinition = {
  name: 'up',
  summary: 'bring a lab up, or change the one that is up into what is asked for',
  options: [
    ...labOptions,
    dryRunOption,
    { flags: '--retain', summary: 'keep what was made when something fails' },
    { flags: '--recreate', summary: 'allow changes that need the lab to be made anew' },
    { flags: '--no-install', summary: 'do not install missing packages: name them and exit 6' },
    { flags: '--no-verify', summary: 'leave out the short verification at the end' },
  ],
  examples: ['labctl up --profile ebpf', 'labctl up -f my.labctl.yaml --dry-run'],
  run: async (context, _args, options) => {
    const { createLab, planLab } = await import('../lab/index.ts');
    const { lab } = await resolveInput(context, options);
    if (isOn(options, 'dryRun')) {
      const plan = await planLab(lab);
      return { data: plan, text: plan.text.join('\n') };
    }
    const report = await createLab(
      lab,
      {
        retain: isOn(options, 'retain'),
        recreate: isOn(options, 'recreate'),
        startedAtMs: performance.timeOrigin,
      },
      context,
    );
    const summary = summarise(report);
    if (options.verify === false || report.action === 'none')
      return { data: { ...report, verify: null }, text: summary };
    const found = await quickVerify(report.lab, context);
    return {
      data: { ...report, verify: found },
      text: `${summary}\n\n${found.text}`,
      exitCode: found.passed ? ExitCode.ok : ExitCode.checkFailed,
    };
  },
};

/** What was made, how long it took, and what to try next. */
function summarise(report: CreateReport): string {
  const start = report.cold ? 'cold: the datapath was compiled' : 'warm: compiled objects were in the cache';
  const done =
    report.action === 'none'
      ? `lab ${report.lab} is up: nothing to do`
      : `lab ${report.lab} (${report.profile}) serves after ${report.seconds.toFixed(2)} s (${start})`;
  return [done, ...report.try.map((line) => `  ${line}`)].join('\n');
}

/** The few checks that show whether the mode asked for is the one at work. The lab is kept where one fails. */
async function quickVerify(
  name: string,
  context: CommandContext,
): Promise<{ passed: boolean; report: Report; text: string }> {
  const [{ labStatus, openLab }, checks] = await Promise.all([
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
  const report = await checks.verify(lab.runtime, lab.resolved, { quick: true, signal: context.signal });
  return { passed: checks.passed(report), report, text: checks.reportText(report) };
}
