/** One rule as iptables-save prints it, with its counters. */
export interface SavedRule {
  readonly table: string;
  readonly chain: string;
  /** Everything after `-A CHAIN`. */
  readonly text: string;
  readonly target: string;
  readonly packets: number;
  readonly bytes: number;
}
export interface SavedRules {
  readonly chains: readonly { readonly table: string; readonly name: string }[];
  readonly rules: readonly SavedRule[];
}

export const noRules: SavedRules = { chains: [], rules: [] };

/** Reads the output of `iptables-save -c` of either backend. Lines of other kinds are comments and COMMIT. */
export function parseIptablesSave(output: string): SavedRules {
  const chains: { table: string; name: string }[] = [];
  const rules: SavedRule[] = [];
  let table = '';
  for (const line of output.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    const chain = /^:(\S+)/.exec(line)?.[1];
    if (chain !== undefined) chains.push({ table, name: chain });
    const [, packets, bytes, name, text] = /^\[(\d+):(\d+)\] -A (\S+) ?(.*)$/.exec(line) ?? [];
    if (name === undefined || text === undefined) continue;
    const target = /(?:^| )-[jg] (\S+)/.exec(text)?.[1] ?? '';
    rules.push({ table, chain: name, text, target, packets: Number(packets), bytes: Number(bytes) });
  }
  return { chains, rules };
}
