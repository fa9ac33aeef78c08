import { makeReport, type Report } from '../report/report.ts';
import { fakeLab } from './fake-lab.ts';

/** A report with one check of each status, for tests of writers. */
export function sampleReport(): Report {
  const evidence = [
    { what: 'first row', expected: '1', observed: '1', command: 'true', ok: true },
    {
      what: 'second <row>',
      expected: '"0" & none',
      observed: 'bell \u0007',
      command: "grep 'x' y",
      ok: false,
    },
  ];
  const base = { kind: 'claim', sentence: 'a sentence', evidence: [] } as const;
  return makeReport({
    lab: fakeLab('ebpf'),
    runtime: 'netns',
    active: { mode: 'mixed', serviceLB: 'bpf', masquerade: 'bpf', routing: 'stack' },
    durationMs: 1234.4,
    checks: [
      {
        ...base,
        id: 'conn.world.tcp.small',
        kind: 'connectivity',
        status: 'passed',
        durationMs: 7,
        evidence: evidence.slice(0, 1),
      },
      {
        ...base,
        id: 'conn.world.tcp.mtu',
        kind: 'connectivity',
        status: 'skipped',
        reason: 'the kind runtime has no world host',
        durationMs: 0,
      },
      { ...base, id: 'claim.a', status: 'failed', reason: 'second <row>: "0"', durationMs: 1500, evidence },
      { ...base, id: 'claim.b', status: 'error', reason: 'tcpdump is not installed', durationMs: 2 },
    ],
  });
}
