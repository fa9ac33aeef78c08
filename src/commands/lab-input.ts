import type { Resolved } from '../profile/resolve.ts';
import { settings } from '../profile/settings.ts';
import type { CommandContext, OptionDefinition } from './command.ts';
import { filledOption } from './shared.ts';

export const configOption: OptionDefinition = {
  flags: '-f, --config <file>',
  summary: 'lab file, - for standard input (LABCTL_CONFIG)',
};

/** `-f` and one option for each setting that has a flag: what `up`, `render` and `config view` take. */
export const labOptions: readonly OptionDefinition[] = [
  configOption,
  ...settings.flatMap(({ field, flag }) => {
    if (flag === undefined) return [];
    const { default: value, description } = field.json;
    const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
    const summary = `${description}${isPlain ? ` Default: ${value}.` : ''}`;
    return [{ flags: flag.flags, summary, ...(flag.repeatable ? { repeatable: true } : {}) }];
  }),
];

/** The lab that the options, the environment and the lab file describe. All their problems come as one error. */
export async function resolveInput(
  context: Pick<CommandContext, 'env' | 'readInput'>,
  options: Readonly<Record<string, unknown>>,
): Promise<Resolved> {
  const { resolveLab } = await import('../profile/resolve.ts');
  const name = filledOption(options, 'config') ?? context.env.LABCTL_CONFIG;
  const file = name ? { name, text: await context.readInput(name) } : undefined;
  return resolveLab({ env: context.env, flags: options, ...(file === undefined ? {} : { file }) });
}
