import { describe, expect, it } from 'vitest';
import { readValuesInput } from './read-input.ts';

const read = (text: string) => readValuesInput([{ name: 'v.yaml', text }]);

describe('values files', () => {
  // The expected values are what `helm template -f` (4.1) makes of each text.
  it.each<[string, unknown]>([
    [
      'a: [yes, no, on, off, y, n, Y, YES, Yes, yEs, True, tRue, ON, oFF]',
      [true, false, true, false, true, false, true, true, true, 'yEs', true, 'tRue', true, 'oFF'],
    ],
    ['a: [10:20, 1:2:3, 190:20:30.15]', ['10:20', '1:2:3', '190:20:30.15']],
    ['a: [0777, 0o17, 0x1F, 0b101, -0b11, -0x1F, 08, 09.5]', [511, 15, 31, 5, -3, -31, 8, 9.5]],
    ['a: [1_000, 1__0, _1, 0.1_0, 0x_1, +5, -05, 00]', [1000, 10, '_1', 0.1, 1, 5, -5, 0]],
    ['a: [1e3, .5, 5., -.5, .5e1, 12e03, 1e, 0x1p4]', [1000, 0.5, 5, -0.5, 5, 12000, '1e', '0x1p4']],
    ['a: [.5_1, .5__1, -.5__1]', [0.51, '.5__1', -0.51]],
    ['a: [2001-12-14, 2001-12-14T21:59:43.10Z]', ['2001-12-14', '2001-12-14T21:59:43.10Z']],
    ['a: [~, null, Null, NULL, nULL, ""]', [null, null, null, null, 'nULL', '']],
    [`a: ['yes', "1", !!str 1, !foo 1]`, ['yes', '1', '1', '1']],
    ['a: [!!int "5", !!float 3, !!bool "yes", !!binary aGVsbG8=]', [5, 3, true, 'hello']],
    ['a: {yes: 1, off: 2, 0x10: 3, 1.5: 4, "on": 5}', { true: 1, false: 2, '16': 3, '1.5': 4, on: 5 }],
    ['a:', null],
    ['x: &m {a: 1, b: 1}\na:\n  <<: *m\n  a: 2', { a: 2, b: 1 }],
    ['x: &m {a: 1, b: 1}\na:\n  a: 2\n  <<: *m', { a: 1, b: 1 }],
    ['x: &m {a: 1, b: 1}\na: {<<: [*m, {a: 9, c: 9}]}', { a: 1, b: 1, c: 9 }],
    ['x: &m {a: 1}\nz: &n {a: 2, b: 2}\na: {<<: *m, <<: *n}', { a: 2, b: 2 }],
    ['x: &m {a: {b: 1}}\na: {<<: *m, a: {c: 1}}', { a: { c: 1 } }],
    ['x: &m {a: 1}\na: {"<<": *m}', { '<<': { a: 1 } }],
    ['x: &m 1\nz: &m 2\na: [*m, *m]', [2, 2]],
    ['---\na: 1\n---\n', 1],
  ])('%s', (text, a) => {
    expect(read(text).values).toHaveProperty('a', a);
  });

  it.each(['', '\n', '# only words\n', '---\n', '~\n', '{}\n'])('%j is empty', (text) => {
    expect(read(text).values).toEqual({});
  });

  it('takes an anchor more than a hundred times', () => {
    const text = `a: &a {b: 1}\nl:\n${'- *a\n'.repeat(5000)}`;
    expect(read(text).values).toMatchObject({ l: { length: 5000, 4999: { b: 1 } } });
  });

  const laughs = (count: number): string =>
    Array.from({ length: count }, (_, n) => `a${n}: &a${n} [${`*a${n - 1}, `.repeat(9)}]`).join('\n');

  it.each<[string, string, RegExp]>([
    ['an unknown anchor', 'a: 1\nb: *nope\n', /^v\.yaml:2:4: no anchor &nope above/],
    ['an anchor further down', 'b: *a\na: &a 1\n', /^v\.yaml:1:4: /],
    ['an anchor that holds itself', 'a: &a {b: *a}', /^v\.yaml:1:11: an anchor holds itself/],
    ['too many aliases', laughs(9).replace(/^.*/, 'a0: &a0 [1]'), /^v\.yaml:1:1: aliases make more than/],
    ['several documents', 'a: 1\n---\nb: 2\n', /^v\.yaml:3:1: a second document begins here/],
    ['several documents, the first empty', '---\n---\nb: 2\n', /^v\.yaml:3:1: a second document/],
    ['a list', '# first\n- 1\n', /^v\.yaml:2:1: values are a map/],
    ['a word', 'text\n', /^v\.yaml:1:1: values are a map/],
    ['an empty text', '""\n', /^v\.yaml:1:1: values are a map/],
    ['broken YAML', 'a: 1\nb: [x\nc: 1\n', /^v\.yaml:3:\d+: /],
    ['a key twice', 'a: 1\nb: {c: 1}\na: 2\n', /^v\.yaml:3:1: a is here twice/],
    ['a key without a name', '~: 1\n', /^v\.yaml:1:1: a key is a word or a number/],
    ['a list as a key', '? [a]\n: 1\n', /^v\.yaml:1:3: a key is a word or a number/],
    ['a merge of no map', 'x: {<<: 1}\n', /^v\.yaml:1:9: << takes a map/],
    ['a merge of nothing', 'x:\n  <<:\n', /^v\.yaml:\d:\d+: << takes a map/],
    ['a merge of a list', 'm: &m [1]\nx: {<<: *m}\n', /^v\.yaml:2:9: << takes a map/],
    ['infinity', 'a: 1\nb: .inf\n', /^v\.yaml:2:4: Infinity is no value/],
    ['a tag that does not fit', 'a: !!int x\n', /^v\.yaml:1:\d+: "x" is no int/],
    ['what is nested too deeply', `a: ${'['.repeat(50_000)}`, /^v\.yaml:1:1: maps and lists are nested/],
  ])('%s is refused with its place', (_, text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        code: 'E_VALUES',
        exitCode: 2,
        message: expect.stringMatching(message),
        fix: expect.stringMatching(/./),
      }),
    );
  });
});

describe('the place of a key', () => {
  const base = { name: 'base.yaml', text: 'a: &a\n  b: 1\n  list: [1]\nc:\n  <<: *a\nd: *a\ne.f: 1\n' };
  const more = { name: 'more.yaml', text: 'a: {b: 2}\n' };

  it('is in the last file that says it', () => {
    const { placeOf } = readValuesInput([base, more]);
    expect([placeOf('a.b'), placeOf('a.list'), placeOf('e\\.f')]).toEqual([
      ...['more.yaml:1:5', 'base.yaml:3:3', 'base.yaml:7:1'],
    ]);
  });

  it('is where an alias or a merge takes it from', () => {
    const { placeOf } = readValuesInput([base]);
    expect(['c', 'c.b', 'd', 'd.b'].map(placeOf)).toEqual([
      ...['base.yaml:4:1', 'base.yaml:2:3', 'base.yaml:6:1', 'base.yaml:2:3'],
    ]);
  });

  it('is --set or --set-string where these win', () => {
    const { values, placeOf } = readValuesInput([base], {
      set: ['a.b=2,x.y=1,a.list[1]=2'],
      setString: ['x.y=3,x.z=1'],
    });
    expect(values).toMatchObject({ a: { b: 2, list: [1, 2] }, x: { y: '3', z: '1' } });
    const found = ['a.b', 'a.list', 'a', 'x', 'x.y', 'x.z', 'c.b'].map(placeOf);
    expect(found.slice(0, 3)).toEqual(['--set', '--set', 'base.yaml:1:1']);
    expect(found.slice(3)).toEqual(['--set', '--set-string', '--set-string', 'base.yaml:2:3']);
  });

  it('is nowhere for a key that nothing says, or that something took away', () => {
    const { placeOf } = readValuesInput([base], { set: ['d=1'] });
    expect(['k8sServiceHost', 'd.b', 'd'].map(placeOf)).toEqual([undefined, undefined, '--set']);
  });
});
