import { describe, expect, it } from 'vitest';
import { judge, type SuiteResult } from './test-results.ts';

type Status = 'passed' | 'failed' | 'skipped';

const suite = (...tests: readonly (readonly [string, Status])[]): SuiteResult => ({
  name: 'unit',
  success: tests.every(([, status]) => status !== 'failed'),
  testResults: [
    {
      name: 'a.test.ts',
      status: tests.some(([, status]) => status === 'failed') ? 'failed' : 'passed',
      assertionResults: tests.map(([fullName, status]) => ({ fullName, status })),
    },
  ],
});

describe('judge', () => {
  it('sums all suites up', () => {
    const verdict = judge([suite(['a', 'passed']), suite(['b', 'passed'], ['c', 'passed'])], []);
    expect(verdict).toMatchObject({ passed: 3, failed: 0, skipped: 0, ok: true });
  });

  it('fails on a failed test and says which and why', () => {
    const [file] = suite(['a', 'failed']).testResults;
    if (file === undefined) throw new Error('no file');
    const failureMessages = ['AssertionError: expected 1 to be 2\nsaw 1\n    at somewhere.ts:1:1'];
    const assertionResults = file.assertionResults.map((test) => ({ ...test, failureMessages }));
    const verdict = judge([{ ...suite(), success: false, testResults: [{ ...file, assertionResults }] }], []);
    expect(verdict).toMatchObject({ failed: 1, ok: false });
    expect(verdict.lines).toEqual(['failed: a.test.ts: a: AssertionError: expected 1 to be 2\nsaw 1']);
  });

  it('fails on a skip that nobody expects', () => {
    const verdict = judge([suite(['a', 'skipped'])], []);
    expect(verdict).toMatchObject({ skipped: 1, ok: false });
    expect(verdict.lines).toContain('unexpected skip: a.test.ts: a');
  });

  it('lets an expected skip pass and tells its reason', () => {
    const verdict = judge(
      [suite(['a', 'skipped'])],
      [{ file: 'a.test.ts', test: 'a', reason: 'no IPv6 here' }],
    );
    expect(verdict).toMatchObject({ skipped: 1, ok: true });
    expect(verdict.lines).toEqual(['skipped: a.test.ts: a: no IPv6 here']);
  });

  it('fails on an expected skip that did not happen', () => {
    expect(judge([suite(['a', 'passed'])], [{ file: 'a.test.ts', test: 'a', reason: '' }]).ok).toBe(false);
  });

  it('lets a row without a test cover its whole file, and no other', () => {
    const rows = [{ file: 'a.test.ts', reason: 'needs Docker' }];
    expect(judge([suite(['a', 'skipped'], ['b', 'skipped'])], rows)).toMatchObject({ skipped: 2, ok: true });
    expect(judge([suite(['a', 'passed'])], rows).ok).toBe(false);
    expect(judge([suite(['a', 'skipped'])], [{ ...rows[0], file: 'b.test.ts', reason: '' }]).ok).toBe(false);
  });

  it('counts a file that could not be loaded as a failure', () => {
    const broken: SuiteResult = {
      name: 'unit',
      success: false,
      testResults: [{ name: 'b.test.ts', status: 'failed', message: 'syntax', assertionResults: [] }],
    };
    expect(judge([broken], [])).toMatchObject({ failed: 1, ok: false });
  });

  it('fails when a suite fails outside its tests', () => {
    expect(judge([{ ...suite(['a', 'passed']), success: false }], []).ok).toBe(false);
  });
});
