import { optionsOf } from '../all-options.ts';
import type { CommandDefinition, OptionDefinition } from '../command.ts';

/** What may follow the words typed so far: one entry for each command, the program itself first. */
export interface WordNode {
  /** Words of the command: `[]`, `['up']`, `['profiles', 'show']`. */
  readonly path: readonly string[];
  readonly verbs: readonly Word[];
  readonly options: readonly OptionWords[];
}
export interface Word {
  readonly word: string;
  readonly summary: string;
}
export interface OptionWords {
  /** `-o` and `--output`. */
  readonly spellings: readonly string[];
  readonly summary: string;
  /** What its value is; undefined for a switch. */
  readonly value: OptionValue | undefined;
}
export type OptionValue =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'file' | 'lab' | 'other' };

const help: OptionWords = { spellings: ['-h', '--help'], summary: 'show help', value: undefined };

/** The command line as a list of nodes, from the same definitions that parse it. */
export function wordTree(definitions: readonly CommandDefinition[]): readonly WordNode[] {
  const root: WordNode = {
    path: [],
    verbs: definitions.map(({ name, summary }) => ({ word: name, summary })),
    options: [{ spellings: ['-V', '--version'], summary: 'print the version', value: undefined }, help],
  };
  return [root, ...definitions.flatMap((definition) => nodesOf(definition, []))];
}

function nodesOf(definition: CommandDefinition, above: readonly string[]): WordNode[] {
  const path = [...above, definition.name];
  const children = definition.subcommands ?? [];
  const node: WordNode = {
    path,
    verbs: children.map(({ name, summary }) => ({ word: name, summary })),
    options: [...optionsOf(definition).map(toWords), help],
  };
  return [node, ...children.flatMap((child) => nodesOf(child, path))];
}

function toWords(option: OptionDefinition): OptionWords {
  const spellings = option.flags.match(/--?[a-zA-Z][\w-]*/g) ?? [];
  return { spellings, summary: option.summary, value: optionValue(option) };
}

function optionValue({ flags, choices, hints }: OptionDefinition): OptionValue | undefined {
  const words = choices ?? hints;
  if (words !== undefined) return { kind: 'words', words };
  const placeholder = /[<[](\w+)/.exec(flags)?.[1];
  if (placeholder === undefined) return undefined;
  if (placeholder === 'file' || placeholder === 'dir') return { kind: 'file' };
  return { kind: placeholder === 'lab' || flags.includes('--name') ? 'lab' : 'other' };
}
