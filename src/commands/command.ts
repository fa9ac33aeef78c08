import type { Exec } from '../core/exec.ts';
import type { Log } from '../core/log.ts';

export interface OptionDefinition {
  /** As commander writes it: `--profile <name>`, `-o, --output <format>`, `--dry-run`. */
  readonly flags: string;
  readonly summary: string;
  /** Any other value is refused. */
  readonly choices?: readonly string[];
  /** Values that shells propose; others are allowed. */
  readonly hints?: readonly string[];
  /** May be given more than once; the value is then an array. */
  readonly repeatable?: boolean;
}

export interface ArgumentDefinition {
  /** `<name>`, `[name]`, `[command...]`. */
  readonly name: string;
  readonly summary: string;
}

export interface CommandContext {
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly exec: Exec;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Shows the progress of a step list on stderr (listr2 on a terminal, plain lines otherwise). */
  readonly progress: Progress;
  /** Reads a file operand, `-` for standard input. */
  readonly readInput: (path: string) => Promise<string>;
  /** Runs a program on this very terminal until it ends; its exit code (128 + signal). */
  readonly interactive: (file: string, args: readonly string[]) => Promise<number>;
  /** Asks a yes/no question on a terminal; false where there is none. */
  readonly confirm: (question: string) => Promise<boolean>;
}

export interface ProgressStep<C> {
  readonly title: string;
  readonly skip?: (context: C) => string | false;
  /** `report` replaces the step's detail line. */
  readonly run: (context: C, report: (detail: string) => void) => Promise<void>;
}
export type Progress = <C>(steps: readonly ProgressStep<C>[], context: C) => Promise<void>;

export const outputFormats = ['table', 'wide', 'json', 'yaml', 'jsonl', 'name'] as const;
export type OutputFormat = (typeof outputFormats)[number];

export interface ResultTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns from this one on are shown with `-o wide` only. */
  readonly wideFrom?: number;
}

/** What a command answers. The program prints it: table or text for people, `data` with `-o json|yaml`. */
export interface CommandResult {
  readonly data?: unknown;
  /** Printed on stdout where the output format is for people. */
  readonly text?: string;
  readonly table?: ResultTable;
  /** One a line with `-o name`. */
  readonly names?: readonly string[];
  readonly exitCode?: number;
}

/** One verb of the command line, as data. Heavy modules are imported inside `run`. */
export interface CommandDefinition {
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly ArgumentDefinition[];
  readonly options?: readonly OptionDefinition[];
  /** At least two command lines, shown by `--help`. */
  readonly examples: readonly string[];
  /** Verbs below this one (`profiles list`). */
  readonly subcommands?: readonly CommandDefinition[];
  /** Values of `-o`; table, json and yaml unless said otherwise, none where the list is empty. */
  readonly outputs?: readonly OutputFormat[];
  /** Unknown options belong to the operand (`exec NODE -- cmd -x`). */
  readonly passThrough?: boolean;
  /** `args` in the order of `arguments`; `options` by camel-case name. */
  readonly run?: (
    context: CommandContext,
    args: readonly (string | readonly string[] | undefined)[],
    options: Readonly<Record<string, unknown>>,
  ) => Promise<CommandResult>;
}
