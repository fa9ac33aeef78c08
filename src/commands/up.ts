import { ExitCode } from '../core/errors.ts';
import type { CreateReport } from '../lab/index.ts';
import { ciliumInput, cniOptions, isCilium } from './cilium-input.ts';
import type { CommandDefinition } from './command.ts';
import { labOptions, resolveInput } from './lab-input.ts';
import { quickVerify } from './quick-verify.ts';
import { dryRunOption, isOn } from './shared.ts';

export const up: CommandDefinition = {
  name: 'up',
  summary: 'bring a lab up, or change the one that is up into what is asked for',
  options: [
    ...labOptions,
    ...cniOptions,
    dryRunOption,
    { flags: '--retain', summary: 'keep what was made when something fails' },
    { flags: '--recreate', summary: 'allow changes that need the lab to be made anew' },
    { flags: '--no-install', summary: 'do not install missing packages: name them and exit 6' },
    { flags: '--no-verify', summary: 'leave out the short verification at the end' },
  ],
  examples: ['labctl up --profile ebpf', 'labctl up -f my.labctl.yaml --dry-run'],
  run: async (context, _args, options) => {
    const { createLab, planLab } = await import('../lab/index.ts');
    if (isCilium(options)) {
      const request = await ciliumInput(context, options);
      const { refuseInstall, requireCilium } = await import('../lab/cilium/up.ts');
      await requireCilium(context.exec, request);
      return refuseInstall(request);
    }
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
