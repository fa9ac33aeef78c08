import { describe, expect, it } from 'vitest';
import { readJUnit, readSummary } from './connectivity-test.ts';

/** After the elements and attributes that cilium-cli writes; no run of it wrote this. */
const junit = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" disabled="1" failures="1" time="9.5"><testsuite name="connectivity test" tests="3">
  <properties><property name="Args" value="--junit-file|x"></property></properties>
  <testcase name="no-policies" classname="connectivity test" status="passed" time="4.5"></testcase>
  <testcase name="client-egress" classname="connectivity test" status="failed" time="5">
    <failure message="client-egress failed" type="failure">pod-to-pod: a -&gt; b (&#34;10.0.0.1&#34;)</failure>
  </testcase>
  <testcase name="egress-gateway" classname="connectivity test" status="skipped" time="0">
    <skipped message="egress-gateway skipped"></skipped>
  </testcase>
</testsuite></testsuites>`;

describe('the report of cilium-cli', () => {
  it('has a case for each test, with why it did not pass', () => {
    expect(readJUnit(junit, 1)).toEqual([
      { name: 'no-policies', status: 'passed', seconds: 4.5, reason: '' },
      {
        name: 'client-egress',
        status: 'failed',
        seconds: 5,
        reason: 'client-egress failed: pod-to-pod: a -> b ("10.0.0.1")',
      },
      { name: 'egress-gateway', status: 'skipped', seconds: 0, reason: 'egress-gateway skipped' },
    ]);
  });

  it.each(['', '<testsuites></testsuites>', 'not XML'])('never passes by %j', (text) => {
    expect(readJUnit(text, 0)).toMatchObject([
      { status: 'error', reason: expect.stringContaining('could not be told') },
    ]);
  });
});

describe('a run that failed though no test did', () => {
  const passed = '<testcase name="no-policies" time="4.5"></testcase>';
  it('is a case of its own', () => {
    expect(readJUnit(passed, 0)).toHaveLength(1);
    expect(readJUnit(passed, 1)).toMatchObject([
      { name: 'no-policies', status: 'passed' },
      { name: 'run', status: 'error', reason: expect.stringContaining('exit code 1') },
    ]);
  });
});

describe('its summary', () => {
  const failed = `Test [early]:
📋 Test Report
❌ 2/63 tests failed (2/597 actions), 5 tests skipped, 0 scenarios skipped:
Test [client-egress]:
  ❌ client-egress/pod-to-pod: a -> b
Test [dns-only]:
`;
  it('names the tests that failed', () => {
    expect(readSummary(failed, 1).map(({ name, status }) => `${name} ${status}`)).toEqual([
      'client-egress failed',
      'dns-only failed',
    ]);
  });

  it('passes by its own word and exit code together only', () => {
    const all = 'All 63 tests (597 actions) successful, 5 tests skipped';
    expect(readSummary(all, 0)).toMatchObject([{ name: 'all', status: 'passed' }]);
    expect(readSummary(all, 1)).toMatchObject([{ status: 'error' }]);
    expect(readSummary('done', 0)).toMatchObject([{ status: 'error' }]);
  });
});
