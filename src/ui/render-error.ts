import { LabError, messageOf, type Problem } from '../core/errors.ts';
import type { Style } from './style.ts';

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
  const lines = [`${style.bad('error')} ${style.bold(error.code)}: ${error.message}`];
  for (const problem of problemsOf(error)) lines.push('', ...renderProblem(problem, options));
  lines.push(...causes(error).map((cause) => `  cause: ${cause}`));
  if (error.fix !== undefined) lines.push(`  ${style.good('fix')}: ${error.fix}`);
  if (options.verbose && error.stack !== undefined) lines.push('', style.dim(stackOf(error)));
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

function renderProblem(problem: Problem, { style, sourceOf }: RenderErrorOptions): string[] {
  const hasPlace = problem.line > 0;
  const place = hasPlace ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  const field = problem.field === '' ? '' : `${problem.field}: `;
  const lines = [`  ${style.bold(place)}: ${field}${problem.message}`];
  if (hasPlace) lines.push(...excerpt(problem, sourceOf(problem.file), style));
  if (problem.allowed !== undefined) lines.push(`  allowed: ${problem.allowed}`);
  if (problem.suggestion !== undefined) lines.push(`  did you mean ${style.good(problem.suggestion)}?`);
  return lines;
}

/** The line of the source and a caret under the column. */
function excerpt(problem: Problem, source: string | undefined, style: Style): string[] {
  const text = source?.split('\n')[problem.line - 1];
  if (text === undefined) return [];
  const gutter = `${problem.line} | `;
  const word = /^[^\s,\]}]+/.exec(text.slice(problem.column - 1))?.[0] ?? ' ';
  const indent = ' '.repeat(gutter.length - 2);
  const before = text.slice(0, problem.column - 1).replace(/[^\t]/g, ' ');
  return [
    `  ${style.dim(gutter)}${text.trimEnd()}`,
    `  ${indent}${style.dim('|')} ${before}${style.bad('^'.repeat(word.length))}`,
  ];
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
    `${style.bad('error')} ${style.bold('E_BUG')}: ${messageOf(error)}`,
    '  this is a bug of labctl, not of your input',
    `  ${style.good('fix')}: report it with the lines below and the output of \`labctl version\``,
    '',
    `${style.dim(trace)}\n`,
  ].join('\n');
}

const stackOf = (error: Error): string => error.stack ?? error.message;
