import { ExitCode } from '../core/errors.ts';
import type { CommandDefinition } from './command.ts';
import { dryRunOption, isOn, labNameOf, nameOption } from './shared.ts';

export const down: CommandDefinition = {
  name: 'down',
  summary: 'remove a lab and everything that it made, and nothing else',
  options: [
    nameOption,
    dryRunOption,
    { flags: '-y, --yes', summary: 'do not ask before pods of an existing cluster lose their network' },
  ],
  examples: ['labctl down', 'labctl down --name second --dry-run'],
  run: async (context, _args, options) => {
    const { destroyLab, labsInstead } = await import('../lab/index.ts');
    const dryRun = isOn(options, 'dryRun');
    const consent = isOn(options, 'yes') ? async () => true : context.confirm;
    const report = await destroyLab(labNameOf(options), { dryRun, consent }, context);
    const exitCode = report.left.length === 0 ? ExitCode.ok : ExitCode.partial;
    if (!report.found) {
      const text = [`no lab ${report.lab}: nothing to do`, ...(await labsInstead())].join('\n');
      return { data: report, text, exitCode };
    }
    const verb = dryRun ? 'would remove' : 'removed';
    const lines = [
      ...(dryRun ? report.removed.map((what) => `${verb} ${what}`) : []),
      ...(report.cutOff ?? []).map((pod) => `without network: pod ${pod}`),
      ...report.left.map((what) => `still there: ${what}`),
      `lab ${report.lab}: ${verb} ${report.removed.length} objects`,
    ];
    return { data: report, text: lines.join('\n'), exitCode };
  },
};
