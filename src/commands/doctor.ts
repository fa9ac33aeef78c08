import { ExitCode, usageError } from '../core/errors.ts';
import { ciliumInput, cniOptions, isCilium, observeOption } from './cilium-input.ts';
import type { CommandDefinition } from './command.ts';
import { configOption, resolveInput } from './lab-input.ts';
import { textOption } from './shared.ts';

const runtimes = ['netns', 'kind', 'existing'] as const;

export const doctor: CommandDefinition = {
  name: 'doctor',
  summary: 'whether this machine can run a lab: tries what a lab needs and says how to mend what fails',
  options: [
    {
      flags: '--profile <name>',
      summary: 'only what this profile needs',
      hints: ['kube-proxy', 'kpr', 'ebpf'],
    },
    { flags: '--runtime <runtime>', summary: 'what this runtime needs (default: netns)', choices: runtimes },
    { flags: '--context <context>', summary: 'existing: which cluster is looked at' },
    { flags: '--kubeconfig <file>', summary: 'existing: the kubeconfig that names it' },
    configOption,
    ...cniOptions,
    observeOption,
  ],
  examples: [
    'labctl doctor',
    'labctl doctor --profile kube-proxy -o json',
    'labctl doctor --runtime existing --context staging',
    'labctl doctor --runtime kind --cni cilium --cilium-version 1.20.0',
  ],
  run: async (context, _args, options) => {
    const { examine } = await import('../lab/doctor/index.ts');
    const { findProfile } = await import('../../profiles/index.ts');
    const asked = textOption(options, 'profile');
    const profile = asked === undefined ? undefined : findProfile(asked)?.name;
    if (asked !== undefined && profile === undefined) {
      throw usageError('E_USAGE', `no profile ${asked}`, { fix: 'labctl profiles list' });
    }
    const runtime =
      runtimes.find((name) => name === options.runtime) ?? (isCilium(options) ? 'kind' : 'netns');
    const { lab } = await resolveInput(context, { ...options, runtime });
    const cilium = isCilium(options) ? await ciliumInput(context, options) : undefined;
    const report = await examine(
      {
        runtime,
        ...(profile === undefined ? {} : { profile }),
        ...(runtime === 'existing' ? { lab } : {}),
        ...(cilium === undefined ? {} : { cilium }),
      },
      context,
    );
    const rows = report.findings.map(({ state, title, saw, fix }) => [
      state,
      title,
      fix === undefined ? saw : `${saw}; fix: ${fix}`,
    ]);
    return {
      data: report,
      table: { head: ['STATE', 'WHAT', 'FOUND, OR HOW TO MEND IT'], rows },
      text: report.fit
        ? 'this machine is fit'
        : `this machine is unfit: ${report.failed} of ${rows.length} fail`,
      exitCode: report.fit ? ExitCode.ok : ExitCode.environment,
    };
  },
};
