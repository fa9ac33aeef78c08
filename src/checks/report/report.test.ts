import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { usageError } from '../../core/errors.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { passed, type Report, setupFailure } from './report.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../schemas/verify.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
}).compile(schema);
const problems = (report: unknown): unknown[] => {
  validate(JSON.parse(JSON.stringify(report)));
  return validate.errors ?? [];
};

describe('report', () => {
  it('fits the published schema', () => {
    expect(problems(sampleReport())).toEqual([]);
  });

  it('counts by status', () => {
    expect(sampleReport().summary).toEqual({
      total: 4,
      passed: 1,
      failed: 1,
      skipped: 1,
      error: 1,
      durationMs: 1234,
    });
  });

  it('says what the profile asks for', () => {
    expect(sampleReport().requested).toEqual({
      mode: 'ebpf',
      serviceLB: 'bpf',
      masquerade: 'bpf',
      routing: 'bpf',
    });
  });

  it('of a failed set-up fits the schema too, with and without a profile', () => {
    const error = usageError('E_CONFIG', 'the lab file is wrong', { fix: 'correct it' });
    const report = setupFailure({ name: 'lab' }, error);
    expect(problems(report)).toEqual([]);
    expect(report.checks).toMatchObject([
      { id: 'setup.up', status: 'error', reason: 'the lab file is wrong (correct it)' },
    ]);
    expect(problems(setupFailure({ name: 'lab', profile: 'kpr', runtime: 'netns' }, 'x'))).toEqual([]);
  });

  it.each([
    ['a check without evidence that passed', { checks: [{ ...sampleReport().checks[0], evidence: [] }] }],
    ['a failed check without a reason', { checks: [{ ...sampleReport().checks[2], reason: undefined }] }],
    ['an unknown field', { extra: 1 }],
    ['an unknown mode', { active: { ...sampleReport().active, mode: 'cilium' } }],
  ])('schema refuses %s', (_title, change) => {
    expect(problems({ ...sampleReport(), ...change })).not.toEqual([]);
  });
});

describe('passed', () => {
  const of = (statuses: readonly Report['checks'][number]['status'][]): boolean => {
    const counts = { passed: 0, failed: 0, skipped: 0, error: 0 };
    for (const status of statuses) counts[status]++;
    return passed({ ...sampleReport(), summary: { ...counts, total: statuses.length, durationMs: 1 } });
  };
  it.each([
    [['passed'], true],
    [['passed', 'skipped'], true],
    [['passed', 'failed'], false],
    [['passed', 'error'], false],
    [['skipped'], false],
  ] as const)('%j is %s', (statuses, expected) => {
    expect(of(statuses)).toBe(expected);
  });
});
