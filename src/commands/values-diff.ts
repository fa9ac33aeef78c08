import { usageError } from '../core/errors.ts';
import { observations, observeOption } from './cilium-input.ts';
import type { CommandDefinition } from './command.ts';
import { labOptions, resolveInput } from './lab-input.ts';
import { filledOption } from './shared.ts';
import { wordOption } from './word-option.ts';

export const valuesDiff: CommandDefinition = {
  name: 'diff',
  summary: 'what another chart version or profile changes: a preview of an upgrade',
  options: [
    ...labOptions,
    { flags: '--from <version>', summary: 'version that is there' },
    { flags: '--to <version>', summary: 'version that is to come (default: the same)' },
    { flags: '--to-profile <name>', summary: 'profile that is to come (default: the same)' },
    { flags: '--from-chart <place>', summary: 'with --to-chart: keys of cilium-config are compared too' },
    { flags: '--to-chart <place>', summary: 'chart directory or .tgz of the version that is to come' },
    observeOption,
  ],
  examples: [
    'labctl values diff --profile ebpf --from 1.13.4 --to 1.20.0',
    'labctl values diff --profile kpr --to-profile ebpf --from 1.20.0 -o json',
  ],
  run: async (context, _args, options) => {
    const [from, to] = [filledOption(options, 'from'), filledOption(options, 'to')];
    const [fromChart, toChart] = [filledOption(options, 'fromChart'), filledOption(options, 'toChart')];
    if (from === undefined && fromChart === undefined) {
      throw usageError('E_USAGE', 'from which version?', { fix: '--from 1.13.4, or --from-chart PLACE' });
    }
    const observe = wordOption(options, 'observe', observations) ?? 'default';
    const { lab } = await resolveInput(context, options);
    const profile = filledOption(options, 'toProfile') ?? lab.profile;
    const { lab: next } = await resolveInput(context, { ...options, profile });
    const { ciliumRequest } = await import('../lab/cilium/request.ts');
    const { previewChange } = await import('../lab/cilium/preview.ts');
    const before = await ciliumRequest(context.exec, lab, words(from, fromChart, observe));
    const after = await ciliumRequest(
      context.exec,
      next,
      words(to ?? versionOf(toChart, before), toChart, observe),
    );
    const { values, config } = await previewChange(context.exec, before, after);
    const rows = [
      ...values.map((change) => ['values', change] as const),
      ...(config ?? []).map((change) => ['cilium-config', change] as const),
    ].map(([where, change]) => [where, change.key, change.from ?? '-', change.to ?? '-']);
    const side = ({ version, lab: { profile: name } }: typeof before) => `${version} ${name}`;
    const note = config === null ? '; cilium-config needs --from-chart and --to-chart' : '';
    return {
      data: {
        from: { version: before.version, profile: lab.profile },
        to: { version: after.version, profile: next.profile },
        values,
        config,
      },
      table: { head: ['WHERE', 'KEY', 'FROM', 'TO'], rows },
      text: `${side(before)} to ${side(after)}: ${rows.length} changes${note}`,
    };
  },
};

/** A chart says its version itself. */
const versionOf = (chart: string | undefined, { version }: { readonly version: string }) =>
  chart === undefined ? version : undefined;

const words = (version: string | undefined, chart: string | undefined, observe: 'default' | 'full') => ({
  observe,
  ...(version === undefined ? {} : { version }),
  ...(chart === undefined ? {} : { chart }),
});
