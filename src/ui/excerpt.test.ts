import { describe, expect, it } from 'vitest';
import { excerpt } from './excerpt.ts';
import { createStyle } from './style.ts';

const style = createStyle({ refused: true, env: {}, isTTY: false });
const shown = (source: string, line: number, column: number): string[] =>
  excerpt(source, { line, column }, style);

describe('excerpt', () => {
  it('marks the word at the column', () => {
    expect(shown('a: 1\n  b: [x, yes]\n', 2, 10)).toEqual(['  2 |   b: [x, yes]', '    |          ^^^']);
  });

  it('keeps tabs, so that the caret stands under its word', () => {
    expect(shown('\tb: x', 1, 5)).toEqual(['  1 | \tb: x', '    | \t   ^']);
  });

  it('cuts a line of megabytes around the column', () => {
    const line = `${'a'.repeat(10_000_000)} wrong ${'b'.repeat(10_000_000)}`;
    const lines = shown(line, 1, 10_000_002);
    expect(lines).toEqual([
      `  1 | ...${'a'.repeat(39)} wrong ${'b'.repeat(54)}...`,
      `    | ${' '.repeat(43)}^^^^^`,
    ]);
  });

  it('marks no more of a long word than it shows', () => {
    const [text = '', marks = ''] = shown('x'.repeat(1000), 1, 1);
    expect(text).toBe(`  1 | ${'x'.repeat(60)}...`);
    expect(marks).toBe(`    | ${'^'.repeat(60)}`);
  });

  it('shows control characters instead of doing them, and the caret allows for it', () => {
    expect(shown('\u001b[2Jk: \u0007bad\u202e', 1, 9)).toEqual([
      String.raw`  1 | \x1b[2Jk: \x07bad\u202e`,
      `    | ${' '.repeat(14)}${'^'.repeat(9)}`,
    ]);
  });

  it('takes a column past the end for the end', () => {
    expect(shown('ab\r\n', 1, 9)).toEqual(['  1 | ab', '    |   ^']);
    expect(shown('ab', 7, 1)).toEqual([]);
  });
});
