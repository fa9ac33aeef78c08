import type { CreateReport } from '../lab/index.ts';
import { cniOptions, isCilium, observeOption } from './cilium-input.ts';
import type { CommandDefinition } from './command.ts';
import { labOptions, resolveInput } from './lab-input.ts';
import { dryRunOption, isOn } from './shared.ts';
import { upWithCilium } from './up-cilium.ts';
import { upResult } from './up-result.ts';

export const up: CommandDefinition = {
  name: 'up',
  summary: 'bring a lab up, or change the one that is up into what is asked for',
  options: [
    ...labOptions,
    ...cniOptions,
    observeOption,
    { flags: '--reuse-values', summary: "cilium: keep values that the release has beyond the profile's" },
    { flags: '-y, --yes', summary: 'cilium: do not ask before a lab that is up is changed' },
    dryRunOption,
    { flags: '--retain', summary: 'keep what was made when something fails' },
    { flags: '--recreate', summary: 'allow changes that need the lab to be made anew' },
    { flags: '--no-install', summary: 'do not install missing packages: name them and exit 6' },
    { flags: '--no-verify', summary: 'leave out the short verification at the end' },
  ],
  examples: [
    'labctl up --profile ebpf',
    'labctl up -f my.labctl.yaml --dry-run',
    'labctl up --cni cilium --runtime kind --profile ebpf --chart cilium-1.20.0.tgz',
  ],
  run: async (context, _args, options) => {
    if (isCilium(options)) return upWithCilium(context, options);
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
    return upResult(report, summarise(report), options, context);
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
