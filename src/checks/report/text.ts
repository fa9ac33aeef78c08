import type { Mode, Report, ReportedCheck } from './report.ts';

export interface TextOptions {
  /** Width of the reader's terminal. */
  readonly columns?: number;
  /** Evidence of every check, not only of those that did not pass. */
  readonly all?: boolean;
}

/** The report for people: what was asked for and found, each claim, and evidence for all that is not as it should be. */
export function reportText(report: Report, options: TextOptions = {}): string {
  const columns = options.columns ?? 80;
  const wanted = (check: ReportedCheck): boolean => options.all === true || isRed(check);
  const groups = kinds.flatMap(([kind, title]) => {
    const checks = report.checks.filter((check) => check.kind === kind);
    if (checks.length === 0) return [];
    const lines = checks.flatMap((check) => [
      line(check, columns),
      ...(wanted(check) ? details(check, columns) : []),
    ]);
    return ['', title, ...lines];
  });
  return [...modes(report), ...groups, '', ...summary(report, columns), ''].join('\n');
}

const kinds = [
  ['setup', 'Set-up'],
  ['connectivity', 'Connectivity'],
  ['claim', 'Claims'],
] as const;

const words = { passed: 'ok', failed: 'FAILED', skipped: 'skipped', error: 'ERROR' } as const;

const isRed = ({ status }: ReportedCheck): boolean => status === 'failed' || status === 'error';

function modes({ lab, profile, runtime, requested, active }: Report): string[] {
  const row = (name: keyof Mode, title: string): string => {
    const differs = requested[name] === active[name] ? '' : '  <- differs';
    return `  ${title.padEnd(12)}${requested[name].padEnd(14)}${active[name]}${differs}`;
  };
  return [
    `Lab ${lab}, profile ${profile}, runtime ${runtime}`,
    '',
    `  ${''.padEnd(12)}${'requested'.padEnd(14)}active (as the kernel has it)`,
    row('mode', 'mode'),
    row('serviceLB', 'Services'),
    row('masquerade', 'masquerade'),
    row('routing', 'pod routing'),
  ];
}

const statusWidth = 9;

function line({ id, status, durationMs }: ReportedCheck, columns: number): string {
  const time = status === 'skipped' ? '' : `${durationMs} ms`;
  const name = `  ${words[status].padEnd(statusWidth)}${id}`;
  const gap = Math.max(1, columns - name.length - time.length);
  return time === '' ? name : `${name}${' '.repeat(gap)}${time}`;
}

function details(check: ReportedCheck, columns: number): string[] {
  const indent = ' '.repeat(2 + statusWidth);
  const rows = isRed(check) && check.evidence.some(({ ok }) => !ok);
  const shown = rows ? check.evidence.filter(({ ok }) => !ok) : check.evidence;
  return [
    ...wrap(check.sentence, columns, indent),
    ...(rows || check.reason === undefined ? [] : wrap(check.reason, columns, indent)),
    ...shown.flatMap(({ ok, what, expected, observed, command }) => [
      ...wrap(`${ok ? '+' : '-'} ${what}`, columns, indent),
      ...wrap(`expected ${expected}`, columns, `${indent}  `),
      ...wrap(`observed ${observed}`, columns, `${indent}  `),
      ...wrap(`$ ${command}`, columns, `${indent}  `),
    ]),
  ];
}

function summary({ summary: { durationMs, ...counts }, checks }: Report, columns: number): string[] {
  const told = (['passed', 'failed', 'error', 'skipped'] as const)
    .filter((status) => status === 'passed' || counts[status] > 0)
    .map((status) => `${counts[status]} ${status}`)
    .join(', ');
  const skipped = checks.filter(({ status }) => status === 'skipped');
  return [
    ...skipped.flatMap(({ id, reason = '' }) => wrap(`skipped ${id}: ${reason}`, columns, '')),
    `${counts.total} checks in ${(durationMs / 1000).toFixed(1)} s: ${told}`,
  ];
}

/** Breaks at blanks; a word that is longer than the line keeps a line of its own, so that it can be copied. */
export function wrap(text: string, columns: number, indent: string): string[] {
  const room = Math.max(20, columns - indent.length);
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(/\s+/)) {
    const next = current === '' ? word : `${current} ${word}`;
    if (next.length > room && current !== '') {
      lines.push(current);
      current = word;
    } else {
      current = next;
    }
  }
  return [...lines, current].map((part) => `${indent}${part}`);
}
