import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCycle } from './cycles.ts';
import { importTable, ruleIds, violations } from './rules.ts';
import { projectRoot, readSource, readTree } from './scan.ts';

const fixtures = join(projectRoot, 'test/architecture/fixtures');
const sources = readTree('src', 'profiles');

describe('the program', () => {
  it('keeps every rule', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.flatMap(violations)).toEqual([]);
  });

  it('has a row of the import table for every folder', () => {
    const folders = [
      ...new Set(sources.map(({ path }) => path.split('/').slice(0, -1).slice(0, 2).join('/'))),
    ];
    const places = importTable.map((row) => row.place.replace(/\/$/, ''));
    expect(folders.filter((folder) => !places.includes(folder))).toEqual([]);
  });

  it('has no cycle of imports', () => {
    expect(findCycle(sources)).toBeUndefined();
  });
});

describe('scripts and tests', () => {
  it('stay within the length of a file', () => {
    const long = readTree('scripts', 'test').flatMap(({ path, text }) => {
      const lines = text.split('\n').length - 1;
      return lines > 400 ? [`${path}: ${lines}`] : [];
    });
    expect(long).toEqual([]);
  });
});

describe('rules', () => {
  const names = readdirSync(fixtures).sort();

  it('have one fixture each', () => {
    const refused = names.map((name) => readFixture(name).rule).sort();
    expect(refused).toEqual([...ruleIds].sort());
  });

  it.each(names)('refuse %s', (name) => {
    const { rule, path, text } = readFixture(name);
    expect(violations(readSource(path, text)).map((each) => each.rule)).toEqual([rule]);
  });

  it('refuse a cycle', () => {
    const a = readSource('src/core/a.ts', "import { b } from './b.ts';\n");
    const b = readSource('src/core/b.ts', "import { a } from './a.ts';\n");
    expect(findCycle([a, b])).toEqual(['src/core/a.ts', 'src/core/b.ts', 'src/core/a.ts']);
  });

  it('let a type pass where a value may not', () => {
    const value = readSource('src/checks/x.ts', "import { a } from '../runtime/port.ts';\n");
    const type = readSource('src/checks/x.ts', "import { type A, type B } from '../runtime/port.ts';\n");
    expect(violations(value)).toHaveLength(1);
    expect(violations(type)).toEqual([]);
  });
});

/** A fixture begins with two comments: the rule that it breaks, and where it pretends to be. */
function readFixture(name: string): { rule: string; path: string; text: string } {
  const text = readFileSync(join(fixtures, name), 'utf8');
  const [, rule = '', path = ''] = /^\/\/ breaks: (\S+)\n\/\/ as: (\S+)\n/.exec(text) ?? [];
  return { rule, path, text: rule === 'text:length' ? text + '\n'.repeat(400) : text };
}
