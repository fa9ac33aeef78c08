import { describe, expect, it } from 'vitest';
import { sampleReport } from '../testing/sample-report.ts';
import { reportText, wrap } from './text.ts';

describe('reportText', () => {
  const text = reportText(sampleReport());

  it('shows requested against active mode and marks what differs', () => {
    expect(text).toContain('mode        ebpf          mixed  <- differs');
    expect(text).toMatch(/Services {4}bpf {11}bpf$/m);
  });
  it('fits 80 columns', () => {
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
  it('shows what was seen under what failed, with the command, and nothing under what passed', () => {
    expect(text).toMatch(/FAILED {3}claim\.a .*1500 ms\n {11}a sentence\n {11}- second <row>/);
    expect(text).toContain("$ grep 'x' y");
    expect(text).not.toContain('first row');
  });
  it('shows why a check is an error', () => {
    expect(text).toMatch(/ERROR {4}claim\.b .*\n {11}a sentence\n {11}tcpdump is not installed/);
  });
  it('ends with the figures and names each skipped check', () => {
    expect(text).toContain('skipped conn.world.tcp.mtu: the kind runtime has no world host');
    expect(text.trimEnd()).toMatch(/4 checks in 1\.2 s: 1 passed, 1 failed, 1 error, 1 skipped$/);
  });
  it('shows all evidence where asked', () => {
    expect(reportText(sampleReport(), { all: true })).toContain('+ first row');
  });
});

describe('wrap', () => {
  it('breaks at blanks and keeps long words whole', () => {
    expect(wrap('aaaa bbbb cccccccccccccccccccccccccc dd', 24, '  ')).toEqual([
      '  aaaa bbbb',
      '  cccccccccccccccccccccccccc',
      '  dd',
    ]);
  });
});
