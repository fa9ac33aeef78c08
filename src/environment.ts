import type { Command } from 'commander';
import type { OptionDefinition } from './commands/command.ts';
import { usageError } from './core/errors.ts';
import { nearestWord } from './core/nearest-word.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const yes = ['1', 'true', 'yes', 'on'];
const no = ['0', 'false', 'no', 'off', ''];

/** `up` and `--dry-run` -> LABCTL_UP_DRY_RUN; `profiles diff` and `--output` -> LABCTL_PROFILES_DIFF_OUTPUT. */
export const variableOf = (path: readonly string[], flags: string): string =>
  ['labctl', ...path, longFlag(flags)].join('_').replaceAll('-', '_').toUpperCase();

/** Gives options that the command line leaves open the values of their environment variables. */
export function applyEnvironment(
  command: Command,
  definitions: readonly OptionDefinition[],
  env: Environment,
): void {
  for (const definition of definitions) {
    const variable = variableOf(pathOf(command), definition.flags);
    const text = env[variable];
    const option = command.options.find((each) => each.flags === definition.flags);
    if (text === undefined || option === undefined) continue;
    const name = option.attributeName();
    const source = command.getOptionValueSource(name);
    if (source !== undefined && source !== 'default') continue;
    const isValue = option.required || option.optional;
    const value = isValue ? textValue(definition, variable, text) : switchOf(option.negate, variable, text);
    command.setOptionValueWithSource(name, value, 'env');
  }
}

/** Variables that look like options of this command and are none, each with the nearest that is. */
export function unreadVariables(
  command: Command,
  definitions: readonly OptionDefinition[],
  env: Environment,
): string[] {
  const path = pathOf(command);
  const known = definitions.map(({ flags }) => variableOf(path, flags));
  const below = command.commands.map((child) => `${variableOf([...path, child.name()], '')}`);
  return Object.keys(env)
    .filter((name) => name.startsWith(variableOf(path, '')) && !known.includes(name))
    .filter((name) => !below.some((prefix) => name.startsWith(prefix)))
    .map((name) => {
      const near = nearestWord(name, known);
      return `${name} is not read${near === undefined ? '' : `; did you mean ${near}?`}`;
    });
}

/** The words of a command below the program's own name. */
export function pathOf(command: Command): string[] {
  const words: string[] = [];
  for (let each: Command | null = command; each?.parent != null; each = each.parent)
    words.unshift(each.name());
  return words;
}

function textValue(definition: OptionDefinition, variable: string, text: string): string | readonly string[] {
  const values = definition.repeatable === true ? text.split(',').map((word) => word.trim()) : [text];
  const refused = values.find((value) => definition.choices?.includes(value) === false);
  if (refused !== undefined) {
    throw usageError('E_USAGE', `${variable} is ${JSON.stringify(refused)}`, {
      fix: `allowed: ${definition.choices?.join(', ')}`,
    });
  }
  return definition.repeatable === true ? values : text;
}

function switchOf(isNegated: boolean, variable: string, text: string): boolean {
  const word = text.toLowerCase();
  if (yes.includes(word)) return !isNegated;
  if (no.includes(word)) return isNegated;
  throw usageError('E_USAGE', `${variable} is ${JSON.stringify(text)}`, {
    fix: `allowed: ${[...yes, ...no.slice(0, -1)].join(', ')}`,
  });
}

const longFlag = (flags: string): string => /--([a-z][\w-]*)/.exec(flags)?.[1] ?? flags;
