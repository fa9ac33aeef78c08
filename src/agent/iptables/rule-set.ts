/** The tables labctl writes to, in the order they are printed. */
export const tableNames = ['mangle', 'filter', 'nat'] as const;
export type TableName = (typeof tableNames)[number];

/** A rule in a built-in chain that leads to a chain of ours. */
export interface Jump {
  readonly from: string;
  /** The rule without `-A CHAIN`. */
  readonly rule: string;
  readonly place: 'first' | 'last';
}

/** What one owner wants in one table. */
export interface TableRules {
  /** Own chain to its rules in order, each without `-A CHAIN`. */
  readonly chains: Map<string, string[]>;
  /** In the order in which they are made: of two with `first`, the later one stands before the other. */
  readonly jumps: Jump[];
}
export type RuleSet = Readonly<Record<TableName, TableRules>>;

export const emptyRuleSet = (): RuleSet => ({
  mangle: { chains: new Map(), jumps: [] },
  filter: { chains: new Map(), jumps: [] },
  nat: { chains: new Map(), jumps: [] },
});

/** Appends a rule; the chain is made by its first one. */
export function append(table: TableRules, chain: string, rule: string): void {
  const rules = table.chains.get(chain);
  if (rules === undefined) table.chains.set(chain, [rule]);
  else rules.push(rule);
}
