import { Chalk, type ChalkInstance } from 'chalk';

/** The few ways in which a word may stand out. Without colour each returns its text. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
}

export interface ColourWishes {
  /** `--no-color`. */
  readonly refused: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTTY: boolean;
}

export function createStyle(wishes: ColourWishes): Style {
  const chalk: ChalkInstance = new Chalk({ level: wantsColour(wishes) ? 1 : 0 });
  return { bold: chalk.bold, dim: chalk.dim, good: chalk.green, bad: chalk.red, warn: chalk.yellow };
}

/** `--no-color`, then NO_COLOR (not empty), then FORCE_COLOR, then what the terminal can do. */
export function wantsColour({ refused, env, isTTY }: ColourWishes): boolean {
  if (refused || (env.NO_COLOR ?? '') !== '') return false;
  if (env.FORCE_COLOR !== undefined) return !['0', 'false'].includes(env.FORCE_COLOR);
  return isTTY && env.TERM !== 'dumb';
}
