import { expect, it } from 'vitest';
import { passed, withChecks } from '../report/report.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { checksOfCli } from './cli-cases.ts';

const report = sampleReport();

it('tests of cilium-cli count in the report as checks of labctl do', () => {
  const cases = checksOfCli([
    { name: 'no-policies', status: 'passed', seconds: 4.5, reason: '' },
    { name: 'Client egress', status: 'failed', seconds: 1, reason: 'a -> b' },
    { name: 'run', status: 'skipped', seconds: 0, reason: 'not in PATH' },
  ]);
  expect(cases.map(({ id }) => id)).toEqual([
    'conn.cilium-cli.no-policies',
    'conn.cilium-cli.client-egress',
    'conn.cilium-cli.run',
  ]);
  const before = withChecks(report, []);
  const { summary } = withChecks(report, cases);
  expect([summary.total, summary.failed, summary.skipped, summary.durationMs]).toEqual([
    before.summary.total + 3,
    before.summary.failed + 1,
    before.summary.skipped + 1,
    before.summary.durationMs + 5500,
  ]);
  const green = { ...report, checks: [] };
  expect([passed(withChecks(green, cases.slice(0, 1))), passed(withChecks(green, cases))]).toEqual([
    true,
    false,
  ]);
});
