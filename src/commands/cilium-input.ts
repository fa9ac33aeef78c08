import type { CiliumRequest } from '../lab/cilium/request.ts';
import type { CommandContext, OptionDefinition } from './command.ts';
import { labOptions, resolveInput } from './lab-input.ts';
import { filledOption } from './shared.ts';
import { spelledOptions } from './spelled-options.ts';
import { wordOption } from './word-option.ts';

type Options = Readonly<Record<string, unknown>>;

export const observations = ['default', 'full'] as const;

/** Whose images and values; labctl's own datapath has no chart of many versions. */
const providers = ['cilium'] as const;
const allProviders = ['labctl', ...providers] as const;

export const versionOptions: readonly OptionDefinition[] = [
  { flags: '--cilium-version <version>', summary: "version of Cilium's chart (default: the newest known)" },
  {
    flags: '--chart <place>',
    summary: 'directory, .tgz or repository of the chart; what is built in counts otherwise',
  },
];
export const observeOption: OptionDefinition = {
  flags: '--observe <how>',
  summary: `how much Cilium tells: ${observations.join(', ')}`,
};
/** A lab, and Cilium in it. */
export const ciliumOptions: readonly OptionDefinition[] = [
  ...labOptions,
  { flags: '--cni <provider>', summary: `whose datapath: ${providers.join(', ')} (the default)` },
  ...versionOptions,
  observeOption,
];

/** Of commands that know both datapaths. */
export const cniOptions: readonly OptionDefinition[] = [
  { flags: '--cni <provider>', summary: `whose datapath: ${allProviders.join(', ')} (default: labctl)` },
  ...versionOptions,
];
export const isCilium = (options: Options): boolean => wordOption(options, 'cni', allProviders) === 'cilium';

export async function ciliumInput(context: CommandContext, options: Options): Promise<CiliumRequest> {
  wordOption(options, 'cni', providers);
  const observe = wordOption(options, 'observe', observations);
  const [version, chart] = [filledOption(options, 'ciliumVersion'), filledOption(options, 'chart')];
  const { lab } = await resolveInput(context, options);
  const { ciliumRequest } = await import('../lab/cilium/request.ts');
  return ciliumRequest(context.exec, lab, {
    asked: spelledOptions(ciliumOptions, options),
    ...(version === undefined ? {} : { version }),
    ...(chart === undefined ? {} : { chart }),
    ...(observe === undefined ? {} : { observe }),
  });
}
