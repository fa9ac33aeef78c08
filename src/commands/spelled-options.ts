import type { OptionDefinition } from './command.ts';

/** Options as somebody gives them to another command: those of the table that are given, quoted for a shell. */
export function spelledOptions(
  definitions: readonly OptionDefinition[],
  options: Readonly<Record<string, unknown>>,
): readonly string[] {
  return definitions.flatMap(({ flags }) => {
    const [flag = ''] = /--[\w-]+/.exec(flags) ?? [];
    const given = options[flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    if (given === true) return [flag];
    const values = Array.isArray(given) ? given : [given];
    return values.flatMap((value) => (typeof value === 'string' ? [flag, quoted(value)] : []));
  });
}

const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
