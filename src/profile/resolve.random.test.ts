import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../core/errors.ts';
import { inFile, problemsOf } from './problems-of.ts';
import { settings } from './settings.ts';

const rounds = 150;

/** Broken input of every kind: it resolves or is refused with exit 2 and a place, and never crashes. */

const starter = readFileSync(new URL('../../templates/lab/starter.labctl.yaml', import.meta.url), 'utf8');
const complete = starter.replaceAll(/^#(?= {2}\S| {4,}\S)/gm, '');
const odd = [
  '~',
  '""',
  '[]',
  '{}',
  '-1',
  '0',
  '1e99',
  '.nan',
  'true',
  'off',
  '!!binary aGk=',
  '&a [*a]',
  '*none',
  '"\\u0000"',
  '10.0.0.0/33',
  '999.1.1.1/8',
  '0.0.0.0/0',
  '255.255.255.255/32',
  '1-1',
  '65535-1',
  '0-0',
  'x'.repeat(300),
  '__proto__',
  '{ __proto__: { a: 1 } }',
  '{ constructor: 1 }',
  '? { a: 1 }\n: b',
  '!foo bar',
  '|',
  '2001-01-01',
  '[[[[1]]]]',
];

describe('random input', { timeout: 60_000 }, () => {
  it('of a lab file with characters changed', () => {
    const random = generator(1);
    for (let round = 0; round < rounds; round++) expectPlaces(...mutated(random, round));
  });

  it('of a lab file with odd values at its settings', () => {
    const random = generator(2);
    const valueLines = complete.split('\n').flatMap((line, at) => (/^ +\w+: \S/.test(line) ? [at] : []));
    for (let round = 0; round < rounds; round++) {
      const lines = complete.split('\n');
      const at = random.of(valueLines);
      lines[at] = `${lines[at]?.split(':')[0]}: ${random.of(odd)}`;
      const text = lines.join('\n');
      expectPlaces(text, inFile(text));
    }
  });

  it('of flags and variables', () => {
    const random = generator(3);
    const named = settings.flatMap(({ flag }) => (flag === undefined ? [] : [flag]));
    for (let round = 0; round < rounds; round++) {
      const flag = random.of(named);
      const other = random.of(named);
      const problems = problemsOf({
        flags: { [flag.option]: random.of(odd) },
        env: { [other.variable]: random.of(odd) },
      });
      for (const { file, line, message, allowed } of problems) {
        expect([flag.name, other.variable]).toContain(file);
        expect(line).toBe(0);
        expect(message).not.toBe('');
        expect(allowed).toBeTruthy();
      }
    }
  });

  it('is refused where it says nothing that could be right', () => {
    for (const text of ['5', '[]', '"lab"', '- a', 'a: b', '{', '\t', '%YAML 9\n---\na', '\u0000']) {
      expect(inFile(text), JSON.stringify(text)).not.toEqual([]);
    }
  });
});

function mutated(random: Random, round: number): [text: string, problems: readonly Problem[]] {
  const characters = [...complete];
  for (let i = 0; i <= round % 4; i++) {
    const at = random.below(characters.length);
    characters.splice(at, random.below(4), random.of([...' \t\n:-#{}[]"\'&*!|>%@`,?abc019/.']));
  }
  const text = characters.join('');
  return [text, inFile(text)];
}

function expectPlaces(text: string, problems: readonly Problem[]): void {
  const lines = text.split('\n').length;
  for (const problem of problems) {
    expect(problem.file, text).toBe('a.labctl.yaml');
    expect(problem.line, text).toBeGreaterThanOrEqual(1);
    expect(problem.line, text).toBeLessThanOrEqual(lines);
    expect(problem.column, text).toBeGreaterThanOrEqual(1);
    expect(problem.message, text).not.toBe('');
    expect(problem.allowed, text).toBeTruthy();
  }
}

interface Random {
  readonly below: (limit: number) => number;
  readonly of: <T>(list: readonly T[]) => T;
}

/** The same numbers in every run, so that a failure can be repeated. */
function generator(seed: number): Random {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const of = <T>(list: readonly T[]): T => {
    const item = list[below(list.length)];
    if (item === undefined) throw new RangeError('an empty list');
    return item;
  };
  return { below, of };
}
