import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { everywhere, hasOwnOutput, optionsOf, outputOption, outputsOf } from './commands/all-options.ts';
import {
  type CommandDefinition,
  type OptionDefinition,
  type OutputFormat,
  outputFormats,
} from './commands/command.ts';
import { usageError } from './core/errors.ts';
import { nearestWord } from './core/nearest-word.ts';
import { applyEnvironment, unreadVariables } from './environment.ts';

/** What a command line asks for, once it is known to be well-formed. */
export interface Invocation {
  readonly definition: CommandDefinition;
  readonly args: readonly (string | readonly string[] | undefined)[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly globals: GlobalOptions;
  /** What was said and is not heard, one sentence each. */
  readonly warnings: readonly string[];
}
export interface GlobalOptions {
  readonly output: OutputFormat;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** False with `--no-color`. */
  readonly color: boolean;
}

export interface ProgramOptions {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly writeOut: (text: string) => void;
  /** Columns for help texts. */
  readonly columns: number;
  readonly perform: (invocation: Invocation) => Promise<void>;
}

/** Parses a command line and performs what it asks for. Rejects with `E_USAGE` where it is not well-formed. */
export async function runProgram(
  definitions: readonly CommandDefinition[],
  argv: readonly string[],
  options: ProgramOptions,
): Promise<void> {
  const program = buildProgram(definitions, options);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const isBare = error.code === 'commander.help' && verbIn(argv, definitions) === undefined;
    const unknown = isBare ? unknownTopic(argv, definitions) : undefined;
    if (unknown !== undefined) throw unknown;
    if (isBare) program.outputHelp();
    else if (error.exitCode !== 0) throw translate(error, argv, definitions);
  }
}

function buildProgram(definitions: readonly CommandDefinition[], options: ProgramOptions): Command {
  const program = dress(new Command('labctl'), options)
    .description('Laboratories for Kubernetes datapaths: real eBPF on one Linux machine, proved by evidence.')
    .version(options.version, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'show the help of a command')
    .enablePositionalOptions()
    .addHelpText('after', helpFooter);
  for (const option of [outputOption(outputFormats), ...everywhere]) program.addOption(toOption(option));
  for (const definition of definitions) program.addCommand(toCommand(definition, options));
  return program;
}

const helpFooter = `
Every option of a command is also read from LABCTL_<COMMAND>_<OPTION>
(LABCTL_UP_PROFILE=kpr); a flag wins over the environment.
`;

function toCommand(definition: CommandDefinition, options: ProgramOptions): Command {
  const command = dress(new Command(definition.name), options).description(definition.summary);
  for (const argument of definition.arguments ?? []) command.argument(argument.name, argument.summary);
  for (const option of definition.options ?? []) command.addOption(toOption(option));
  const own = definition.options?.length ?? 0;
  for (const option of optionsOf(definition).slice(own)) {
    command.addOption(toOption(option).helpGroup('Everywhere:'));
  }
  for (const child of definition.subcommands ?? []) command.addCommand(toCommand(child, options));
  if ((definition.subcommands ?? []).length > 0) command.enablePositionalOptions();
  if (definition.passThrough === true) command.passThroughOptions();
  command.addHelpText('after', `\nExamples:\n${definition.examples.map((line) => `  ${line}\n`).join('')}`);
  if (definition.run === undefined) return command;
  return command.action(() => perform(definition, command, options));
}

async function perform(
  definition: CommandDefinition,
  command: Command,
  options: ProgramOptions,
): Promise<void> {
  const known = optionsOf(definition);
  const args = definition.passThrough === true ? commandWords(command) : command.processedArgs;
  applyEnvironment(command, known, options.env);
  const given = withRootOptions(command);
  refuseForeignOutput(definition, given.output);
  await options.perform({
    definition,
    args,
    options: given,
    globals: {
      output: outputFormats.find((format) => format === given.output) ?? 'table',
      quiet: given.quiet === true,
      verbose: given.verbose === true,
      color: given.color !== false,
    },
    warnings: unreadVariables(command, known, options.env),
  });
}

/** `labctl -o json list` and `labctl list -o json` mean the same; what stands nearer to the end wins. */
function withRootOptions(command: Command): Record<string, unknown> {
  const given: Record<string, unknown> = { ...command.opts() };
  for (let above = command.parent; above !== null; above = above.parent) {
    for (const [name, value] of Object.entries(above.opts())) {
      const isOpenHere = command.getOptionValueSource(name) !== 'cli';
      if (isOpenHere && above.getOptionValueSource(name) === 'cli') given[name] = value;
    }
  }
  return given;
}

/** `-o` before the verb is known to the program, not to every verb. */
function refuseForeignOutput(definition: CommandDefinition, output: unknown): void {
  const outputs = outputsOf(definition);
  if (output === undefined || hasOwnOutput(definition) || outputs.some((format) => format === output)) return;
  throw usageError('E_USAGE', `labctl ${definition.name} has no output format ${JSON.stringify(output)}`, {
    fix: outputs.length === 0 ? 'leave -o out' : `allowed: ${outputs.join(', ')}`,
  });
}

/**
 * The operands of a command that runs others. Between where it runs and the command stand options of our own
 * (`exec NODE --name second -- ip -br address`): no command begins with a dash. The separator is no part of it.
 */
function commandWords(command: Command): (string | readonly string[] | undefined)[] {
  return command.processedArgs.map((arg: unknown) => {
    if (typeof arg === 'string') return arg;
    if (!Array.isArray(arg)) return undefined;
    if (!String(arg[0]).startsWith('-')) return arg;
    const { operands, unknown } = command.parseOptions(arg);
    const [word] = unknown;
    if (word === undefined) return operands;
    throw usageError('E_USAGE', `unknown option '${word}'`, {
      fix: `labctl ${command.name()} --help shows what is allowed; the command itself stands after --`,
    });
  });
}

function toOption(definition: OptionDefinition): Option {
  const option = new Option(definition.flags, definition.summary);
  if (definition.choices !== undefined && definition.repeatable !== true) option.choices(definition.choices);
  if (definition.repeatable === true) {
    option.argParser((value: string, before: readonly string[] | undefined) => {
      if (definition.choices?.includes(value) === false) {
        throw new InvalidArgumentError(`Allowed choices are ${definition.choices.join(', ')}.`);
      }
      return [...(before ?? []), value];
    });
  }
  return option;
}

/** Errors are thrown, help goes to stdout, nothing exits. */
function dress(command: Command, options: ProgramOptions): Command {
  return command.exitOverride().configureOutput({
    writeOut: options.writeOut,
    writeErr: () => undefined,
    getOutHelpWidth: () => options.columns,
  });
}

function translate(
  error: CommanderError,
  argv: readonly string[],
  definitions: readonly CommandDefinition[],
): Error {
  if (error.code === 'commander.help') {
    return usageError('E_USAGE', `${argv.join(' ')}: a verb is missing`, {
      fix: `labctl ${argv.join(' ')} --help lists them`,
    });
  }
  const hint = /\n\(Did you mean (.*)\?\)$/.exec(error.message);
  const sentence = error.message.slice('error: '.length, hint?.index);
  const nearest = hint?.[1] ?? nearestChoice(sentence);
  const command = ['labctl', ...verbsIn(argv, definitions)].join(' ');
  const file = argv.find((word) => /\.(ya?ml|json)$/.test(word));
  if (error.code === 'commander.excessArguments' && file !== undefined) {
    return usageError('E_USAGE', sentence, { fix: `files are named by an option: ${command} -f ${file}` });
  }
  return usageError('E_USAGE', sentence, {
    fix: nearest === undefined ? `${command} --help shows what is allowed` : `did you mean ${nearest}?`,
  });
}

/** Commander names the nearest option and command, and of choices only all. */
function nearestChoice(sentence: string): string | undefined {
  const refused = /argument '(.*)' is invalid\. Allowed choices are (.*)\.$/s.exec(sentence);
  return refused === null ? undefined : nearestWord(refused[1] ?? '', (refused[2] ?? '').split(', '));
}

/** `help nope`, which commander answers with the help of the program. */
function unknownTopic(argv: readonly string[], definitions: readonly CommandDefinition[]): Error | undefined {
  const [verb, topic] = argv.filter((word) => !word.startsWith('-'));
  if (verb !== 'help' || topic === undefined) return undefined;
  const nearest = nearestWord(
    topic,
    definitions.map(({ name }) => name),
  );
  return usageError('E_USAGE', `unknown command '${topic}'`, {
    fix: nearest === undefined ? 'labctl --help lists them' : `did you mean ${nearest}?`,
  });
}

const verbIn = (argv: readonly string[], definitions: readonly CommandDefinition[]): string | undefined =>
  verbsIn(argv, definitions)[0];

/** The words of the command that was meant: `['profiles', 'show']`. */
function verbsIn(argv: readonly string[], definitions: readonly CommandDefinition[]): string[] {
  const found = definitions.find(({ name }) => argv.includes(name));
  return found === undefined ? [] : [found.name, ...verbsIn(argv, found.subcommands ?? [])];
}
