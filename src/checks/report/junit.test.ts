import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readXml, type XmlElement } from '../testing/read-xml.ts';
import { sampleReport } from '../testing/sample-report.ts';
import { escapeXml, junit } from './junit.ts';
import { setupFailure } from './report.ts';
import { writeJUnit } from './write-junit.ts';

const all = (element: XmlElement, name: string): XmlElement[] =>
  element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)]);

describe('junit', () => {
  const root = readXml(junit(sampleReport()));

  it('is one root with a suite per kind', () => {
    expect(root.name).toBe('testsuites');
    expect(root.attributes).toMatchObject({ tests: '4', failures: '1', errors: '1', skipped: '1' });
    expect(all(root, 'testsuite').map(({ attributes }) => attributes.name)).toEqual([
      'lab.connectivity',
      'lab.claim',
    ]);
  });

  it('has a case per check with its outcome; skipped is not passed', () => {
    const outcomes = all(root, 'testcase').map(({ attributes, children }) => [
      attributes.name,
      children.map(({ name }) => name).filter((name) => name !== 'system-out'),
    ]);
    expect(outcomes).toEqual([
      ['conn.world.tcp.small', []],
      ['conn.world.tcp.mtu', ['skipped']],
      ['claim.a', ['failure']],
      ['claim.b', ['error']],
    ]);
  });

  it('tells times in seconds', () => {
    expect(all(root, 'testcase').map(({ attributes }) => attributes.time)).toEqual([
      '0.007',
      '0.000',
      '1.500',
      '0.002',
    ]);
  });

  it('carries both modes as properties', () => {
    const values = Object.fromEntries(
      all(root, 'property').map(({ attributes }) => [attributes.name, attributes.value]),
    );
    expect(values).toMatchObject({ profile: 'ebpf', 'requested.mode': 'ebpf', 'active.mode': 'mixed' });
  });

  it('keeps text that XML cannot hold', () => {
    const [failure] = all(root, 'failure');
    expect(failure?.attributes.message).toBe('second <row>: "0"');
    expect(all(root, 'system-out').some(({ text }) => text.includes(String.raw`bell \u{7}`))).toBe(true);
  });

  it('shows a failed set-up as a case', () => {
    const failed = readXml(junit(setupFailure({ name: 'lab' }, new Error('no clang'))));
    expect(all(failed, 'testcase').map(({ attributes }) => attributes.name)).toEqual(['setup.up']);
    expect(all(failed, 'error').map(({ attributes }) => attributes.message)).toEqual(['no clang']);
  });
});

describe('escapeXml', () => {
  it.each([
    ['a<b>&"', 'a&lt;b&gt;&amp;&quot;'],
    ['\u0000\u001b[1m', String.raw`\u{0}\u{1b}[1m`],
    ['\r', String.raw`\u{d}`],
    ['line\nnext\t.', 'line&#10;next&#9;.'],
    ['\ud800', String.raw`\u{d800}`],
    ['\uffff', String.raw`\u{ffff}`],
    ['ä😀', 'ä😀'],
  ])('%j becomes %j', (text, expected) => {
    expect(escapeXml(text)).toBe(expected);
  });
});

describe('writeJUnit', () => {
  it('makes the directory and leaves only the file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'labctl-junit-'));
    try {
      const file = join(directory, 'reports', 'verify.xml');
      await writeJUnit(sampleReport(), file);
      expect(await readFile(file, 'utf8')).toBe(junit(sampleReport()));
      expect(await readdir(join(directory, 'reports'))).toEqual(['verify.xml']);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
