import { ExitCode } from '../core/errors.ts';
import type { CommandDefinition } from './command.ts';
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
    return { data: report, text: report.try.join('\n'), exitCode: ExitCode.ok };
  },
};
