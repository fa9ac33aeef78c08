import type { CliCase } from '../../cilium/index.ts';
import type { CheckResult } from '../check.ts';

const command = 'cilium connectivity test';

/** Cases of cilium-cli as checks of a report. What passed has its word as evidence, as it is not looked at again. */
export const checksOfCli = (cases: readonly CliCase[]): CheckResult[] =>
  cases.map(({ name, status, seconds, reason }) => ({
    id: `conn.cilium-cli.${name.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, '-')}`,
    kind: 'connectivity',
    sentence: `${command}: ${name}`,
    status,
    ...(status === 'passed' ? {} : { reason: reason || status }),
    durationMs: Math.round(seconds * 1000),
    evidence:
      status === 'passed' || status === 'failed'
        ? [{ what: name, expected: 'passed', observed: status, command, ok: status === 'passed' }]
        : [],
  }));
