import type { ChartVersion, Universe } from '../cilium/index.ts';
import { usageError } from '../core/errors.ts';
import type { CommandContext, OptionDefinition } from './command.ts';
import { filledOption, listOption } from './shared.ts';

type Options = Readonly<Record<string, unknown>>;

/** What `values lint` and `values migrate` read. */
export const valuesOptions: readonly OptionDefinition[] = [
  { flags: '-f, --values <file>', summary: 'values file, - for standard input', repeatable: true },
  { flags: '--set <key=value>', summary: 'as helm takes it; wins over files', repeatable: true },
  {
    flags: '--set-string <key=value>',
    summary: 'as --set, and every value stays text; wins over files and --set',
    repeatable: true,
  },
  {
    flags: '--chart <place>',
    summary: 'directory, .tgz or repository of a chart whose keys count; a built-in table otherwise',
  },
];

export async function valuesFrom(context: Pick<CommandContext, 'readInput'>, options: Options) {
  const { readValuesInput } = await import('../cilium/index.ts');
  const names = listOption(options, 'values');
  const [set, setString] = [listOption(options, 'set'), listOption(options, 'setString')];
  if (names.length + set.length + setString.length === 0) {
    throw usageError('E_USAGE', 'there are no values', { fix: 'give -f FILE, --set KEY=VALUE, or both' });
  }
  const files = await Promise.all(names.map(async (name) => ({ name, text: await context.readInput(name) })));
  return readValuesInput(files, { set, setString });
}

export interface ChartAtHand {
  readonly version: ChartVersion;
  readonly universe: Universe;
}

/** The chart that is given, which decides the version; else the built-in table of the version that is asked for. */
export async function chartFrom(
  { exec }: Pick<CommandContext, 'exec'>,
  options: Options,
  asked: string | undefined,
): Promise<ChartAtHand> {
  const cilium = await import('../cilium/index.ts');
  const place = filledOption(options, 'chart');
  const wanted = asked === undefined ? undefined : cilium.parseVersion(asked);
  if (place === undefined) {
    const version = wanted ?? cilium.defaultVersion;
    return { version, universe: cilium.builtInUniverse(version) };
  }
  const found = await cilium.locateChart(exec, place, wanted ?? cilium.defaultVersion);
  const chart = await cilium.readChart(exec, found);
  const universe = cilium.universeOf(
    `the keys of chart ${chart.name} ${chart.version}`,
    cilium.keysOfChart(chart),
  );
  return { version: cilium.versionOfChart(chart, place, wanted), universe };
}
