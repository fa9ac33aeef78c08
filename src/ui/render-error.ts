import { LabError, messageOf, type Problem } from '../core/errors.ts';
import { excerpt } from './excerpt.ts';
import { printableLines } from './printable.ts';
import type { Style } from './style.ts';

/** More problems than these are counted, not shown. */
const mostProblems = 20;

export interface RenderErrorOptions {
  readonly style: Style;
  /** The text of a source that a problem points into; undefined where it cannot be read. */
  readonly sourceOf: (file: string) => string | undefined;
  /** Show stack traces and the details of causes. */
  readonly verbose: boolean;
}

/** Code, sentence, problems with their place, cause, fix. What is no LabError is our own bug and says so. */
export function renderError(error: unknown, options: RenderErrorOptions): string {
  const { style } = options;
  if (!(error instanceof LabError)) return renderBug(error, style);
  const lines = [`${style.bad('error')} ${style.bold(error.code)}: ${printableLines(error.message)}`];
  lines.push(...renderProblems(problemsOf(error), options));
  lines.push(...causes(error).map((cause) => `  cause: ${printableLines(cause)}`));
  if (error.fix !== undefined) lines.push(`  ${style.good('fix')}: ${printableLines(error.fix)}`);
  if (options.verbose && error.stack !== undefined) lines.push('', style.dim(printableLines(stackOf(error))));
  return `${lines.join('\n')}\n`;
}

/** The same for programs: what `-o json` prints on stderr. */
export function errorAsData(error: unknown): unknown {
  const known = error instanceof LabError ? error : undefined;
  return {
    error: {
      code: known?.code ?? 'E_BUG',
      message: messageOf(error),
      ...(known?.fix === undefined ? {} : { fix: known.fix }),
      ...(known === undefined || causes(known).length === 0 ? {} : { causes: causes(known) }),
      ...(known?.details === undefined ? {} : { details: known.details }),
    },
  };
}

export function problemsOf(error: LabError): readonly Problem[] {
  const { details } = error;
  if (typeof details !== 'object' || details === null || !('problems' in details)) return [];
  return Array.isArray(details.problems) ? details.problems.filter(isProblem) : [];
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'file' in value && 'message' in value && 'line' in value;

function renderProblems(problems: readonly Problem[], options: RenderErrorOptions): string[] {
  const sources = new Map<string, string | undefined>();
  const sourceOf = (file: string): string | undefined => {
    if (!sources.has(file)) sources.set(file, options.sourceOf(file));
    return sources.get(file);
  };
  const shown = problems.slice(0, mostProblems);
  const left = problems.length - shown.length;
  return [
    ...shown.flatMap((problem) => ['', ...renderProblem(problem, options.style, sourceOf)]),
    ...(left === 0 ? [] : ['', `  and ${left} more; -o json lists them all`]),
  ];
}

function renderProblem(problem: Problem, style: Style, sourceOf: RenderErrorOptions['sourceOf']): string[] {
  const hasPlace = problem.line > 0;
  const file = printableLines(problem.file);
  const place = hasPlace ? `${file}:${problem.line}:${problem.column}` : file;
  const field = problem.field === '' ? '' : `${printableLines(problem.field)}: `;
  const lines = [`  ${style.bold(place)}: ${field}${printableLines(problem.message)}`];
  if (hasPlace) lines.push(...excerpt(sourceOf(problem.file), problem, style));
  if (problem.allowed !== undefined) lines.push(`  allowed: ${problem.allowed}`);
  if (problem.suggestion !== undefined) lines.push(`  did you mean ${style.good(problem.suggestion)}?`);
  return lines;
}

function causes(error: Error): string[] {
  const found: string[] = [];
  for (let cause = error.cause; cause !== undefined && found.length < 5; ) {
    const message = messageOf(cause);
    if (!error.message.includes(message)) found.push(message);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return found;
}

function renderBug(error: unknown, style: Style): string {
  const trace = error instanceof Error ? stackOf(error) : String(error);
  return [
    `${style.bad('error')} ${style.bold('E_BUG')}: ${printableLines(messageOf(error))}`,
    '  this is a bug of labctl, not of your input',
    `  ${style.good('fix')}: report it with the lines below and the output of \`labctl version\``,
    '',
    `${style.dim(printableLines(trace))}\n`,
  ].join('\n');
}

const stackOf = (error: Error): string => error.stack ?? error.message;
