import type { CommandResult, OutputFormat } from '../commands/command.ts';
import { formatTable, type TableOptions } from './table.ts';

/** The text of a result in the format asked for, as it goes to stdout. Empty where there is nothing to say. */
export async function formatResult(
  result: CommandResult,
  format: OutputFormat,
  options: TableOptions,
): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(result.data ?? null, null, 2)}\n`;
    case 'jsonl':
      return itemsOf(result.data)
        .map((item) => `${JSON.stringify(item)}\n`)
        .join('');
    case 'yaml': {
      const { stringify } = await import('./yaml.ts');
      return stringify(result.data ?? null, { aliasDuplicateObjects: false });
    }
    case 'name':
      return (result.names ?? []).map((name) => `${name}\n`).join('');
    case 'table':
    case 'wide':
      return forPeople(result, format === 'wide', options);
  }
}

function forPeople(result: CommandResult, isWide: boolean, options: TableOptions): string {
  const parts: string[] = [];
  if (result.table !== undefined) {
    const { head, rows, wideFrom } = result.table;
    const end = isWide ? undefined : wideFrom;
    const shown = rows.map((row) => row.slice(0, end));
    if (shown.length > 0) parts.push(formatTable(head.slice(0, end), shown, options));
  }
  if (result.text !== undefined && result.text !== '') {
    parts.push(result.text.endsWith('\n') ? result.text : `${result.text}\n`);
  }
  return parts.join('\n');
}

/** The elements of a list (also of a Kubernetes-shaped one); anything else is one item. */
function itemsOf(data: unknown): readonly unknown[] {
  if (Array.isArray(data)) return data;
  if (typeof data === 'object' && data !== null && 'items' in data && Array.isArray(data.items)) {
    return data.items;
  }
  return data === undefined ? [] : [data];
}
