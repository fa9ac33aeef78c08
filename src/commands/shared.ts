import { usageError } from '../core/errors.ts';
import { requireLabName } from '../core/lab-name.ts';
import type { OptionDefinition } from './command.ts';

export const defaultLabName = 'lab';

/** Which lab a command is about. */
export const nameOption: OptionDefinition = {
  flags: '--name <lab>',
  summary: `name of the lab (default: ${defaultLabName})`,
};
export const namespaceOption: OptionDefinition = {
  flags: '-n, --namespace <namespace>',
  summary: 'namespace of the objects (default: default)',
};
export const dryRunOption: OptionDefinition = {
  flags: '--dry-run',
  summary: 'say what would be done and change nothing',
};

type Options = Readonly<Record<string, unknown>>;
type Args = readonly (string | readonly string[] | undefined)[];

/** The lab that `--name` means; E_LAB_NAME (exit 2) where no lab can be called so. */
export const labNameOf = (options: Options): string =>
  requireLabName(textOption(options, 'name') ?? defaultLabName);

export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The text of an option for which an empty one, as of an unset shell variable, means nothing. */
export function filledOption(options: Options, name: string): string | undefined {
  const text = textOption(options, name);
  if (text !== '') return text;
  throw usageError('E_USAGE', `--${name} is empty`, { fix: 'give it a value, or leave it out' });
}

export function listOption(options: Options, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

export const isOn = (options: Options, name: string): boolean => options[name] === true;

/** The nth operand where it is one word. */
export function wordArg(args: Args, index: number): string | undefined {
  const value = args[index];
  return typeof value === 'string' ? value : undefined;
}

/** The nth operand where it takes all words that follow. */
export function wordsArg(args: Args, index: number): readonly string[] {
  const value = args[index];
  return value === undefined || typeof value === 'string' ? [] : value;
}

/** The namespace asked for, where one is. */
export function namespaceOf(options: Options): string | undefined {
  const namespace = textOption(options, 'namespace');
  if (namespace === undefined || /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) return namespace;
  throw usageError('E_USAGE', `--namespace is ${JSON.stringify(namespace)}`, {
    fix: 'allowed: a DNS label: a-z, 0-9 and -, at most 63 characters',
  });
}

/** A whole number from an option's text. */
export function numberOption(options: Options, name: string): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw usageError('E_USAGE', `--${name} is ${JSON.stringify(text)}`, { fix: 'give a whole number' });
}
