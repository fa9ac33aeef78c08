import type { CommandDefinition, OptionDefinition, OutputFormat } from './command.ts';

/** Options of every command. */
export const everywhere: readonly OptionDefinition[] = [
  { flags: '-q, --quiet', summary: 'no progress on stderr' },
  { flags: '-v, --verbose', summary: 'say more on stderr; stack traces with errors' },
  { flags: '--no-color', summary: 'no colours (also NO_COLOR)' },
];
const defaultOutputs: readonly OutputFormat[] = ['table', 'json', 'yaml'];

/** The formats that `-o` takes for a command; empty where it has none or brings its own `--output`. */
export const outputsOf = (definition: CommandDefinition): readonly OutputFormat[] =>
  hasOwnOutput(definition) ? [] : (definition.outputs ?? defaultOutputs);

/** Whether a command brings its own `--output`. */
export const hasOwnOutput = (definition: CommandDefinition): boolean =>
  definition.options?.some((option) => /--output\b/.test(option.flags)) === true;

export const outputOption = (choices: readonly OutputFormat[]): OptionDefinition => ({
  flags: '-o, --output <format>',
  summary: 'format of the result',
  choices,
});

/** All options that a command takes, its own first. */
export function optionsOf(definition: CommandDefinition): readonly OptionDefinition[] {
  const outputs = outputsOf(definition);
  const output = outputs.length === 0 ? [] : [outputOption(outputs)];
  return [...(definition.options ?? []), ...output, ...everywhere];
}
