import type { Report, ReportedCheck } from './report.ts';

/** The report as JUnit XML: one root, a suite per kind of check, a case per check. */
export function junit(report: Report): string {
  const suites = kinds
    .map((kind) => ({ kind, checks: report.checks.filter((check) => check.kind === kind) }))
    .filter(({ checks }) => checks.length > 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes({ name: `labctl verify ${report.lab}`, ...counts(report.checks) })}>`,
    ...suites.flatMap(({ kind, checks }) => suite(kind, checks, report)),
    '</testsuites>',
    '',
  ].join('\n');
}

const kinds: readonly ReportedCheck['kind'][] = ['setup', 'connectivity', 'claim'];

function suite(kind: string, checks: readonly ReportedCheck[], report: Report): string[] {
  return [
    `  <testsuite ${attributes({ name: `${report.lab}.${kind}`, ...counts(checks) })}>`,
    '    <properties>',
    ...Object.entries(properties(report)).map(
      ([name, value]) => `      <property ${attributes({ name, value })}/>`,
    ),
    '    </properties>',
    ...checks.flatMap((check) => testCase(check, report)),
    '  </testsuite>',
  ];
}

const properties = ({ lab, profile, runtime, requested, active }: Report): Record<string, string> => ({
  lab,
  profile,
  runtime,
  'requested.mode': requested.mode,
  'requested.serviceLB': requested.serviceLB,
  'requested.masquerade': requested.masquerade,
  'requested.routing': requested.routing,
  'active.mode': active.mode,
  'active.serviceLB': active.serviceLB,
  'active.masquerade': active.masquerade,
  'active.routing': active.routing,
});

const counts = (checks: readonly ReportedCheck[]): Record<string, string> => {
  const count = (status: string): string => String(checks.filter((check) => check.status === status).length);
  return {
    tests: String(checks.length),
    failures: count('failed'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds(checks.reduce((sum, { durationMs }) => sum + durationMs, 0)),
  };
};

function testCase(check: ReportedCheck, { profile }: Report): string[] {
  const head = attributes({
    name: check.id,
    classname: `labctl.${profile}.${check.kind}`,
    time: seconds(check.durationMs),
  });
  return [
    `    <testcase ${head}>`,
    ...outcome(check),
    `      <system-out>${escapeXml(evidenceText(check))}</system-out>`,
    '    </testcase>',
  ];
}

function outcome({ status, reason = '', sentence }: ReportedCheck): string[] {
  switch (status) {
    case 'passed':
      return [];
    case 'skipped':
      return [`      <skipped ${attributes({ message: reason })}/>`];
    case 'failed':
    case 'error': {
      const tag = status === 'failed' ? 'failure' : 'error';
      const body = escapeXml(`${sentence}\n${reason}`);
      return [`      <${tag} ${attributes({ message: reason, type: status })}>${body}</${tag}>`];
    }
  }
}

const evidenceText = ({ sentence, evidence }: ReportedCheck): string =>
  [
    sentence,
    ...evidence.map(
      ({ ok, what, expected, observed, command }) =>
        `${ok ? 'ok' : 'NOT OK'}: ${what}: expected ${expected}, observed ${observed} [${command}]`,
    ),
  ].join('\n');

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);

const attributes = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${escapeXml(value)}"`)
    .join(' ');

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** XML 1.0 has no way to write most control characters, lone surrogates and two non-characters: they are shown by number. */
export function escapeXml(text: string): string {
  return [...text].map(escapeCharacter).join('');
}

function escapeCharacter(character: string): string {
  const entity = entities[character];
  if (entity !== undefined) return entity;
  const code = character.codePointAt(0) ?? 0;
  const isWritable =
    (code >= 0x20 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000;
  return isWritable ? character : `\\u{${code.toString(16)}}`;
}
