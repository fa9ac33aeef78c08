import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleReport } from '../testing/sample-report.ts';
import { annotations, stepSummary, tellGitHub } from './github.ts';
import { setupFailure } from './report.ts';

describe('annotations', () => {
  it('are one line for each red check, and only for those', () => {
    expect(annotations(sampleReport())).toEqual([
      '::error title=labctl ebpf%3A claim.a::a sentence%0Asecond <row>: "0"',
      '::error title=labctl ebpf%3A claim.b::a sentence%0Atcpdump is not installed',
    ]);
  });

  it('cannot be broken out of', () => {
    const [line = ''] = annotations(setupFailure({ name: 'x' }, new Error('100%\n::set-output name=a::b')));
    expect(line).toBe(
      '::error title=labctl unknown%3A setup.up::the lab comes up%0A100%25%0A::set-output name=a::b',
    );
  });
});

describe('step summary', () => {
  const text = stepSummary(sampleReport());

  it('says the verdict, both modes and the sums', () => {
    expect(text).toContain('### labctl: ebpf on netns not proved');
    expect(text).toContain('| mode | ebpf | mixed |');
    expect(text).toContain('1 passed, 1 failed, 1 errors, 1 skipped');
  });

  it('shows the evidence of what is red, with no character that Markdown reads', () => {
    expect(text).toContain(String.raw`| second \<row\> | "0" & none | bell`);
    expect(text).toContain("grep 'x' y");
  });

  it('lists every check once', () => {
    for (const { id } of sampleReport().checks) expect(text.split(`| \`${id}\` |`)).toHaveLength(2);
  });
});

describe('tellGitHub', () => {
  it('writes nothing outside of GitHub Actions', async () => {
    const said: string[] = [];
    await tellGitHub(sampleReport(), { GITHUB_OUTPUT: '/nowhere/out' }, (line) => said.push(line));
    expect(said).toEqual([]);
  });

  it('appends summary and outputs to the files that the runner names', async () => {
    const place = await mkdtemp(join(tmpdir(), 'labctl-github-'));
    const env = {
      GITHUB_ACTIONS: 'true',
      GITHUB_STEP_SUMMARY: join(place, 'summary'),
      GITHUB_OUTPUT: join(place, 'out'),
    };
    const said: string[] = [];
    try {
      await tellGitHub(sampleReport(), env, (line) => said.push(line));
      await tellGitHub(sampleReport(), env, (line) => said.push(line));
      const once = 'passed=false\nprofile=ebpf\nactive-mode=mixed\nred=claim.a claim.b\n';
      expect(await readFile(env.GITHUB_OUTPUT, 'utf8')).toBe(once + once);
      expect((await readFile(env.GITHUB_STEP_SUMMARY, 'utf8')).split('### labctl')).toHaveLength(3);
    } finally {
      await rm(place, { recursive: true });
    }
    expect(said).toHaveLength(4);
  });
});
