import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { environmentError, usageError } from '../core/errors.ts';
import { formatResult } from './output.ts';
import { createProgress } from './progress.ts';
import { errorAsData, renderError } from './render-error.ts';
import { createStyle, wantsColour } from './style.ts';
import { formatTable } from './table.ts';
import { widthOf, wrap } from './text.ts';

const plain = createStyle({ refused: true, env: {}, isTTY: true });
const coloured = createStyle({ refused: false, env: {}, isTTY: true });
const colourStart = '\u001b[';

describe('colour', () => {
  it.each<[string, boolean, Record<string, string>, boolean, boolean]>([
    ['a terminal', false, {}, true, true],
    ['no terminal', false, {}, false, false],
    ['--no-color', true, { FORCE_COLOR: '1' }, true, false],
    ['NO_COLOR', false, { NO_COLOR: '1' }, true, false],
    ['an empty NO_COLOR', false, { NO_COLOR: '' }, true, true],
    ['FORCE_COLOR', false, { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0', false, { FORCE_COLOR: '0' }, true, false],
    ['NO_COLOR and FORCE_COLOR', false, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    ['TERM=dumb', false, { TERM: 'dumb' }, true, false],
  ])('follows %s', (_, refused, env, isTTY, expected) => {
    expect(wantsColour({ refused, env, isTTY })).toBe(expected);
    expect(createStyle({ refused, env, isTTY }).bad('x').includes(colourStart)).toBe(expected);
  });
});

describe('wrap', () => {
  it('breaks at spaces and cuts what is longer', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
    expect(wrap('', 3)).toEqual(['']);
  });
});

describe('formatTable', () => {
  const long = Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ');
  const rows = [
    ['lab-worker', long, 'x'],
    ['lab', 'short', 'y'],
  ];

  it.each([plain, coloured])('fits 80 columns and loses no word', (style) => {
    const text = formatTable(['NAME', 'DETAIL', 'END'], rows, { columns: 80, style });
    for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(80);
    for (const word of long.split(' ')) expect(text).toContain(word);
  });

  it('aligns columns and leaves no space at line ends', () => {
    expect(formatTable(['A', 'B'], [['xx', 'y']], { columns: 80, style: plain })).toBe('A   B\nxx  y\n');
  });

  it('aligns coloured cells by what is seen', () => {
    const cells = [
      [coloured.good('ok'), 'y'],
      ['failed', 'z'],
    ];
    const [, first = '', second = ''] = formatTable(['A', 'B'], cells, { columns: 80, style: plain }).split(
      '\n',
    );
    expect(widthOf(first)).toBe(widthOf(second));
  });
});

describe('formatResult', () => {
  const options = { columns: 80, style: plain };
  const result = {
    data: { items: [{ a: 1 }, { a: 2 }] },
    table: { head: ['A', 'MORE'], rows: [['1', 'm']], wideFrom: 1 },
    names: ['one', 'two'],
    text: 'done',
  };
  it.each([
    ['json', `${JSON.stringify(result.data, null, 2)}\n`],
    ['jsonl', '{"a":1}\n{"a":2}\n'],
    ['yaml', 'items:\n  - a: 1\n  - a: 2\n'],
    ['name', 'one\ntwo\n'],
    ['table', 'A\n1\n\ndone\n'],
    ['wide', 'A  MORE\n1  m\n\ndone\n'],
  ] as const)('writes %s', async (format, expected) => {
    expect(await formatResult(result, format, options)).toBe(expected);
  });

  it('says nothing where there is nothing', async () => {
    expect(await formatResult({}, 'table', options)).toBe('');
  });
});

describe('renderError', () => {
  const options = { style: plain, verbose: false, sourceOf: () => 'spec:\n  profile: ebfp # mine\n' };
  const problem = {
    file: 'my.labctl.yaml',
    line: 2,
    column: 12,
    field: 'spec.profile',
    message: 'unknown profile "ebfp"',
    allowed: 'kube-proxy, kpr, ebpf',
    suggestion: 'ebpf',
  };

  it('shows code, sentence, cause and fix', () => {
    const error = environmentError('E_X', 'no clang', {
      fix: 'apt-get install clang',
      cause: new Error('ENOENT'),
    });
    expect(renderError(error, options)).toBe(
      'error E_X: no clang\n  cause: ENOENT\n  fix: apt-get install clang\n',
    );
  });

  it('shows every problem with its place and a caret', () => {
    const error = usageError('E_CONFIG', '1 problem', { details: { problems: [problem] } });
    expect(renderError(error, options)).toBe(
      [
        'error E_CONFIG: 1 problem',
        '',
        '  my.labctl.yaml:2:12: spec.profile: unknown profile "ebfp"',
        '  2 |   profile: ebfp # mine',
        '    |            ^^^^',
        '  allowed: kube-proxy, kpr, ebpf',
        '  did you mean ebpf?',
        '',
      ].join('\n'),
    );
  });

  it('names a flag without line and column', () => {
    const flag = { ...problem, file: '--pod-cidr', line: 0, column: 0 };
    const text = renderError(usageError('E_CONFIG', '1', { details: { problems: [flag] } }), options);
    expect(text).toContain('  --pod-cidr: spec.profile');
    expect(text).not.toContain('^');
  });

  it('does not let a text of others write on the terminal, nor fill it', () => {
    const hostile = `a\u001b[2Jb${'x'.repeat(5000)}`;
    const error = usageError('E_X', hostile, {
      fix: hostile,
      cause: new Error(hostile),
      details: { problems: [{ ...problem, file: hostile, field: hostile, message: hostile }] },
    });
    const text = renderError(error, { ...options, sourceOf: () => hostile });
    expect(text).not.toContain('\u001b');
    expect(text).toContain(String.raw`a\x1b[2Jbx`);
    for (const line of text.split('\n')) expect(line.length).toBeLessThan(3500);
    expect(text).toContain('more characters)');
  });

  it('keeps the lines of a message apart', () => {
    expect(renderError(usageError('E_X', 'one\n  two'), options)).toBe('error E_X: one\n  two\n');
  });

  it('shows twenty problems, reads their source once and counts the rest', () => {
    let reads = 0;
    const sourceOf = (): string => {
      reads++;
      return 'a\nb\n';
    };
    const problems = Array.from({ length: 5000 }, () => problem);
    const text = renderError(usageError('E_CONFIG', 'x', { details: { problems } }), {
      ...options,
      sourceOf,
    });
    expect(text.match(/did you mean/g)).toHaveLength(20);
    expect(text).toContain('and 4980 more; -o json lists them all');
    expect(reads).toBe(1);
  });

  it('says of anything else that it is a bug, with its trace', () => {
    const text = renderError(new TypeError('x is undefined'), options);
    expect(text).toContain('error E_BUG: x is undefined');
    expect(text).toContain('ui.test.ts');
  });

  it('is data for programs', () => {
    const error = environmentError('E_X', 'no clang', { fix: 'install it', details: { a: 1 } });
    expect(errorAsData(error)).toEqual({
      error: { code: 'E_X', message: 'no clang', fix: 'install it', details: { a: 1 } },
    });
    expect(errorAsData(new Error('x'))).toEqual({ error: { code: 'E_BUG', message: 'x' } });
  });
});

describe('progress', () => {
  const steps = [
    { title: 'first', run: async (_: unknown, report: (text: string) => void) => report('half') },
    { title: 'second', skip: () => 'not needed', run: async () => undefined },
    {
      title: 'third',
      run: async () => {
        throw new Error('broken');
      },
    },
  ];

  async function shown(isInteractive: boolean, quiet = false): Promise<{ text: string; error: unknown }> {
    const stream = new PassThrough();
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const terminal = Object.assign(stream, { isTTY: isInteractive, columns: 80, rows: 24 });
    const progress = createProgress({
      stream: terminal as unknown as NodeJS.WriteStream,
      isInteractive,
      quiet,
      now: () => 1500,
    });
    const error = await progress(steps, {}).catch((reason: unknown) => reason);
    return { text, error };
  }

  it('is one timed line a step where nobody watches', async () => {
    const { text, error } = await shown(false);
    expect(error).toEqual(new Error('broken'));
    expect(text.split('\n')).toEqual([
      '[  0.00 s] first',
      '[  0.00 s]   half',
      '[  0.00 s] second: skipped, not needed',
      '[  0.00 s] third',
      '[  0.00 s] third: failed',
      '',
    ]);
  });

  it('hands the error of an interactive step on as it is', async () => {
    const { text, error } = await shown(true);
    expect(error).toEqual(new Error('broken'));
    expect(text).toContain('first');
  });

  it('is silent with --quiet', async () => {
    expect(await shown(false, true)).toEqual({ text: '', error: new Error('broken') });
  });
});
