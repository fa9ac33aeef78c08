/** One table as `iptables-save` prints it. */
export interface SavedTable {
  /** Chain to policy: `ACCEPT` or `DROP` for built-in chains, `-` for others. */
  readonly policies: Map<string, string>;
  /** Chain to its rules in order, each without `-A CHAIN`. */
  readonly rules: Map<string, string[]>;
}
export type Save = ReadonlyMap<string, SavedTable>;

/**
 * Reads the text of `iptables-save`, or text for `iptables-restore` with `:CHAIN`, `-A` and `-I` lines.
 * Comments and counters are dropped. Throws on any other line: silence would hide a rule.
 */
export function parseSave(text: string): Save {
  const tables = new Map<string, SavedTable>();
  let table: SavedTable | undefined;
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('*')) {
      table = tableOf(tables, line.slice(1));
    } else if (line === 'COMMIT') {
      table = undefined;
    } else if (table === undefined) {
      throw new Error(`iptables-save: a line outside of a table: ${line}`);
    } else {
      readLine(table, line);
    }
  }
  return tables;
}

/** Rules of a chain, empty where table or chain is missing. */
export const rulesOf = (save: Save, table: string, chain: string): readonly string[] =>
  save.get(table)?.rules.get(chain) ?? [];

function tableOf(tables: Map<string, SavedTable>, name: string): SavedTable {
  const table = tables.get(name) ?? { policies: new Map(), rules: new Map() };
  tables.set(name, table);
  return table;
}

function readLine(table: SavedTable, line: string): void {
  const chain = /^:(\S+) (\S+)/.exec(line);
  if (chain !== null) {
    const [, name = '', policy = '-'] = chain;
    table.policies.set(name, policy);
    table.rules.set(name, table.rules.get(name) ?? []);
    return;
  }
  const rule = /^(?:\[\d+:\d+\] )?-([AI]) (\S+)(?: 1)?(?: (.*))?$/.exec(line);
  if (rule === null) throw new Error(`iptables-save: cannot read: ${line}`);
  const [, command, name = '', body = ''] = rule;
  const rules = table.rules.get(name) ?? [];
  if (command === 'A') rules.push(body);
  else rules.unshift(body);
  table.rules.set(name, rules);
}
