import { appendFile } from 'node:fs/promises';
import { passed, type Report, type ReportedCheck } from './report.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Tells a run of GitHub Actions what was found: an annotation per red check, a step summary and step outputs
 * (`passed`, `profile`, `active-mode`, `red`). Does nothing elsewhere. Annotations go where the log goes.
 * Source: "Workflow commands for GitHub Actions" in GitHub's documentation.
 */
export async function tellGitHub(
  report: Report,
  env: Environment,
  say: (line: string) => void,
): Promise<void> {
  if (env.GITHUB_ACTIONS !== 'true') return;
  for (const line of annotations(report)) say(line);
  if (env.GITHUB_STEP_SUMMARY) await appendFile(env.GITHUB_STEP_SUMMARY, stepSummary(report));
  if (env.GITHUB_OUTPUT) await appendFile(env.GITHUB_OUTPUT, stepOutputs(report));
}

export const annotations = (report: Report): string[] =>
  redOf(report).map(({ id, sentence, reason = '' }) => {
    const title = property(`labctl ${report.profile}: ${id}`);
    return `::error title=${title}::${data(`${sentence}\n${reason}`)}`;
  });

/** Markdown: the verdict, both modes, what is red with its evidence, and all checks folded away. */
export function stepSummary(report: Report): string {
  const { lab, profile, runtime, requested, active, checks, summary } = report;
  const verdict = passed(report) ? 'proved' : 'not proved';
  const modes = (['mode', 'serviceLB', 'masquerade', 'routing'] as const).map(
    (name) => `| ${name} | ${requested[name]} | ${active[name]} |`,
  );
  return [
    `### labctl: ${cell(profile)} on ${cell(runtime)} ${verdict}`,
    '',
    `Lab \`${lab}\`: ${summary.passed} passed, ${summary.failed} failed, ${summary.error} errors, ${summary.skipped} skipped.`,
    '',
    '| | requested | active |',
    '| --- | --- | --- |',
    ...modes,
    '',
    ...redOf(report).flatMap(redCheck),
    `<details><summary>All ${checks.length} checks</summary>`,
    '',
    '| check | status | ms |',
    '| --- | --- | ---: |',
    ...checks.map(({ id, status, durationMs }) => `| \`${id}\` | ${status} | ${durationMs} |`),
    '',
    '</details>',
    '',
    '',
  ].join('\n');
}

const stepOutputs = (report: Report): string =>
  Object.entries({
    passed: String(passed(report)),
    profile: report.profile,
    'active-mode': report.active.mode,
    red: redOf(report)
      .map(({ id }) => id)
      .join(' '),
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

const redOf = ({ checks }: Report): ReportedCheck[] =>
  checks.filter(({ status }) => status === 'failed' || status === 'error');

const redCheck = ({ id, sentence, reason = '', evidence }: ReportedCheck): string[] => [
  `**\`${id}\`**: ${cell(sentence)}. ${cell(reason)}`,
  '',
  ...(evidence.length === 0
    ? []
    : ['| evidence | expected | observed | command |', '| --- | --- | --- | --- |']),
  ...evidence.map(
    (row) => `| ${[row.what, row.expected, row.observed, row.command].map(cell).join(' | ')} |`,
  ),
  '',
];

/** One line of plain text in a Markdown table. */
const cell = (text: string): string =>
  text
    .replace(/[\\`*_<>|[\]]/g, '\\$&')
    .replace(/[\r\n]+/g, ' ')
    .trim();

const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
