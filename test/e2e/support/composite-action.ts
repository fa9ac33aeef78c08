import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type CliResult, run } from './cli.ts';

interface Step {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export interface ActionRun {
  readonly steps: Readonly<Record<string, CliResult | 'skipped'>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

export const readAction = (root: string): Action =>
  parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Action;

/**
 * Runs the `run` steps of a composite action as GitHub's runner does, as far as ours use it: expressions of inputs
 * and step outputs, `always()`, `GITHUB_OUTPUT` and `GITHUB_STEP_SUMMARY`. Steps with `uses` are left out.
 */
export async function runAction(
  root: string,
  place: string,
  given: Readonly<Record<string, string>>,
): Promise<ActionRun> {
  const action = readAction(root);
  const inputs = { ...defaultsOf(action), ...given };
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(inputs)) values[`inputs.${name}`] = value;
  const steps: Record<string, CliResult | 'skipped'> = {};
  const summary = join(place, 'summary');
  let failed = false;
  for (const step of action.runs.steps) {
    if (step.run === undefined) continue;
    if (!isWanted(step.if, failed, values)) {
      steps[step.name] = 'skipped';
      continue;
    }
    const output = join(place, `output-${step.name}`);
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([k, v]) => [k, filled(v, values)]));
    const result = await run(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', filled(step.run, values)],
      {
        env: {
          ...env,
          GITHUB_ACTIONS: 'true',
          GITHUB_ACTION_PATH: root,
          GITHUB_OUTPUT: output,
          GITHUB_STEP_SUMMARY: summary,
        },
      },
    );
    steps[step.name] = result;
    if (result.code !== 0) failed = true;
    for (const [name, value] of linesOf(output)) values[`steps.${step.id}.outputs.${name}`] = value;
  }
  const outputs = Object.fromEntries(
    Object.entries(action.outputs).map(([name, { value }]) => [name, filled(value, values)]),
  );
  return { steps, outputs, summary: textOf(summary) };
}

const defaultsOf = ({ inputs }: Action): Record<string, string> =>
  Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.default ?? '']));

const filled = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (_, name: string) => values[name] ?? '');

function isWanted(
  condition: string | undefined,
  failed: boolean,
  values: Readonly<Record<string, string>>,
): boolean {
  if (condition === 'always()') return true;
  const named = /^(inputs\.[\w-]+) != ''$/.exec(condition ?? '')?.[1];
  if (condition !== undefined && named === undefined)
    throw new Error(`condition not known here: ${condition}`);
  return !failed && (named === undefined || values[named] !== '');
}

const linesOf = (file: string): [string, string][] =>
  textOf(file)
    .split('\n')
    .filter(Boolean)
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);

function textOf(file: string): string {
  if (!existsSync(file)) writeFileSync(file, '');
  return readFileSync(file, 'utf8');
}
