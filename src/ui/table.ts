import type { Style } from './style.ts';
import { padTo, widthOf, wrap } from './text.ts';

const gap = '  ';
/** A column is not made narrower than this while another one is wider. */
const narrowest = 8;

export interface TableOptions {
  readonly columns: number;
  readonly style: Pick<Style, 'bold'>;
}

/** Columns padded to their widest cell; where the line would not fit, the widest columns are wrapped. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { columns, style }: TableOptions,
): string {
  const widths = shrink(naturalWidths([head, ...rows]), columns);
  const lines = (row: readonly string[], paint: (text: string) => string): string[] => {
    const cells = widths.map((width, i) => wrap(row[i] ?? '', width));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) =>
      cells
        .map((cell, i) => padTo(paint(cell[line] ?? ''), widths[i] ?? 0))
        .join(gap)
        .trimEnd(),
    );
  };
  const all = [...lines(head, style.bold), ...rows.flatMap((row) => lines(row, (text) => text))];
  return `${all.join('\n')}\n`;
}

const naturalWidths = (rows: readonly (readonly string[])[]): number[] =>
  (rows[0] ?? []).map((_, i) => Math.max(1, ...rows.map((row) => widthOf(row[i] ?? ''))));

/** Takes columns from the widest one until the line fits, or none is wider than `narrowest`. */
function shrink(widths: readonly number[], columns: number): number[] {
  const fitted = [...widths];
  const total = (): number => fitted.reduce((sum, width) => sum + width, gap.length * (fitted.length - 1));
  while (total() > columns) {
    const widest = Math.max(...fitted);
    if (widest <= narrowest) break;
    fitted[fitted.indexOf(widest)] = widest - 1;
  }
  return fitted;
}
