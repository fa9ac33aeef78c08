import type { Universe } from '../cilium/index.ts';
import { usageError } from '../core/errors.ts';
import type { CommandContext, OptionDefinition } from './command.ts';
import { filledOption, listOption } from './shared.ts';

type Options = Readonly<Record<string, unknown>>;

/** What `values lint` and `values migrate` read. */
export const valuesOptions: readonly OptionDefinition[] = [
  { flags: '-f, --values <file>', summary: 'values file, - for standard input', repeatable: true },
  { flags: '--set <key=value>', summary: 'as helm takes it; wins over files', repeatable: true },
  {
    flags: '--chart <place>',
    summary: 'chart directory or .tgz whose keys count; a built-in table otherwise',
  },
];

export async function valuesFrom(context: Pick<CommandContext, 'readInput'>, options: Options) {
  const { readValuesInput } = await import('../cilium/index.ts');
  const [names, sets] = [listOption(options, 'values'), listOption(options, 'set')];
  if (names.length + sets.length === 0) {
    throw usageError('E_USAGE', 'there are no values', { fix: 'give -f FILE, --set KEY=VALUE, or both' });
  }
  const files = await Promise.all(names.map(async (name) => ({ name, text: await context.readInput(name) })));
  return readValuesInput(files, sets);
}

/** The keys of the chart that is given, or the built-in table. */
export async function universeFrom(
  { exec }: Pick<CommandContext, 'exec'>,
  options: Options,
): Promise<Universe> {
  const { builtInUniverse, keysOfChart, readChart, universeOf } = await import('../cilium/index.ts');
  const place = filledOption(options, 'chart');
  if (place === undefined) return builtInUniverse;
  const chart = await readChart(exec, place);
  return universeOf(`the keys of chart ${chart.name} ${chart.version}`, keysOfChart(chart));
}
