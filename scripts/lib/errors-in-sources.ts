import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ExitCode } from '../../src/core/errors.ts';

export interface ErrorRow {
  readonly code: string;
  readonly exitCode: number;
  /** What it says, with `…` for what differs. */
  readonly message: string;
  readonly fix?: string;
}

/** The functions of src/core/errors.ts that make errors, and `unfit` of the shell scripts. */
const families: Readonly<Record<string, number>> = {
  failure: ExitCode.failure,
  usageError: ExitCode.usage,
  notFound: ExitCode.notFound,
  timeoutError: ExitCode.timeout,
  environmentError: ExitCode.environment,
  conflict: ExitCode.conflict,
};
const shellScripts = ['labctl', 'scripts/lib/packages.sh', 'scripts/lib/setup.sh'];
const bug: ErrorRow = {
  code: 'E_BUG',
  exitCode: ExitCode.bug,
  message: 'whatever went wrong that nobody foresaw',
  fix: 'report it with what was printed',
};

/** Every error that the program can say, by code; one row for each sentence. */
export function errorsInSources(root: string): ErrorRow[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(root, 'src', path), 'utf8'));
  const scripts = shellScripts.map((path) => readFileSync(join(root, path), 'utf8'));
  const rows = [bug, ...files.flatMap(inTypeScript), ...scripts.flatMap(inShell)];
  const byText = new Map(rows.map((row) => [`${row.code} ${row.exitCode} ${row.message} ${row.fix}`, row]));
  return [...byText.keys()].sort().flatMap((key) => byText.get(key) ?? []);
}

export function inTypeScript(text: string): ErrorRow[] {
  const rows: ErrorRow[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const exitCode = families[node.expression.text];
      const [code, message, options] = node.arguments;
      if (exitCode !== undefined && code !== undefined && ts.isStringLiteral(code) && message !== undefined) {
        const fix = fixOf(options);
        rows.push({
          code: code.text,
          exitCode,
          message: said(message),
          ...(fix === undefined ? {} : { fix }),
        });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true));
  return rows;
}

export function inShell(text: string): ErrorRow[] {
  const call =
    /unfit (E_\w+) (?:'([^']*)'|"((?:\$\([^)]*\)|[^"])*)")(?:\s*\\\n)?\s*(?:'([^']*)'|"((?:\$\([^)]*\)|[^"])*)")/g;
  return [...text.matchAll(call)].map(([, code = '', plain, expanded, plainFix, expandedFix]) => ({
    code,
    exitCode: ExitCode.environment,
    message: plain ?? withoutShell(expanded ?? ''),
    fix: plainFix ?? withoutShell(expandedFix ?? ''),
  }));
}

function fixOf(options: ts.Expression | undefined): string | undefined {
  if (options === undefined || !ts.isObjectLiteralExpression(options)) return undefined;
  const fix = options.properties.find((each) => each.name?.getText() === 'fix');
  return fix !== undefined && ts.isPropertyAssignment(fix) ? said(fix.initializer) : undefined;
}

/** The text of an expression with `…` for its variable parts, on one line. */
function said(expression: ts.Expression): string {
  if (ts.isStringLiteralLike(expression)) return oneLine(expression.text);
  if (ts.isTemplateExpression(expression)) {
    const rest = expression.templateSpans.map((span) => `…${span.literal.text}`);
    return oneLine([expression.head.text, ...rest].join(''));
  }
  if (ts.isConditionalExpression(expression))
    return `${said(expression.whenTrue)}, or: ${said(expression.whenFalse)}`;
  return '…';
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ').trim();

const withoutShell = (text: string): string => text.replaceAll(/\$\(.*\)|\$\{[^}]*\}|\$\w+/g, '…');
