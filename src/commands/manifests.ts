import type { CommandContext, OptionDefinition } from './command.ts';

export const manifestOption: OptionDefinition = {
  flags: '-f, --filename <file>',
  summary: 'YAML or JSON with one or more objects; - is standard input',
  repeatable: true,
};

/** The texts of `-f` operands, each with the name that messages use. */
export const readManifests = (
  context: Pick<CommandContext, 'readInput'>,
  files: readonly string[],
): Promise<{ file: string; text: string }[]> =>
  Promise.all(files.map(async (file) => ({ file, text: await context.readInput(file) })));

interface Change {
  readonly kind: string;
  readonly key: string;
  readonly action: string;
}

/** `service/default/demo configured`, one line an object. */
export function changesResult(
  changes: readonly Change[],
  dryRun: boolean,
): { data: unknown; text: string; names: string[] } {
  const name = (change: Change): string => `${change.kind.toLowerCase()}/${change.key}`;
  const note = dryRun ? ' (dry run)' : '';
  return {
    data: changes,
    text: changes.map((change) => `${name(change)} ${change.action}${note}`).join('\n'),
    names: changes.map(name),
  };
}
