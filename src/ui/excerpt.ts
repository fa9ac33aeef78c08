import { printable } from './printable.ts';
import type { Style } from './style.ts';
import { widthOf } from './text.ts';

/** Characters of the line that are shown before and after its column. */
const before = 40;
const after = 60;
const gap = '...';

/** A line of a source, cut around a column, and a caret under the word there. */
export function excerpt(
  source: string | undefined,
  { line, column }: { readonly line: number; readonly column: number },
  style: Pick<Style, 'bad' | 'dim'>,
): string[] {
  const text = source?.split('\n', line)[line - 1]?.trimEnd();
  if (text === undefined) return [];
  const at = Math.min(column - 1, text.length);
  const from = at <= before + gap.length ? 0 : at - before;
  const to = text.length <= at + after + gap.length ? text.length : at + after;
  const left = `${from === 0 ? '' : gap}${printable(text.slice(from, at))}`;
  const word = printable(/^[^\s,\]}]+/.exec(text.slice(at, to))?.[0] ?? ' ');
  const shown = `${left}${printable(text.slice(at, to))}${to === text.length ? '' : gap}`;
  const gutter = `${line} | `;
  const indent = ' '.repeat(gutter.length - 2);
  return [
    `  ${style.dim(gutter)}${shown}`,
    `  ${indent}${style.dim('|')} ${left.replace(/[^\t]/g, ' ')}${style.bad('^'.repeat(widthOf(word)))}`,
  ];
}
