import { canonicalRule, targetOf } from './canonical.ts';
import { type RuleSet, tableNames } from './rule-set.ts';
import { rulesOf, type Save } from './save.ts';

/** Tells an owner's chains from others. */
export type Owns = (chain: string) => boolean;

/**
 * Text for one `iptables-restore --noflush` that turns the live rules into the wanted ones: chains that differ
 * are flushed and written, owned chains no longer wanted are deleted, missing jumps are made. Chains that are
 * right already are left alone, so their counters run on. Empty text: nothing to do.
 */
export function planRestore(wanted: RuleSet, live: Save, owns: Owns): string {
  return sections((table) => {
    const { chains, jumps } = wanted[table];
    const heads: string[] = [];
    const rules: string[] = [];
    for (const [chain, want] of chains) {
      const isMade = live.get(table)?.rules.has(chain) === true;
      if (isMade && isSame(want, rulesOf(live, table, chain))) continue;
      heads.push(`:${chain} - [0:0]`);
      rules.push(...want.map((rule) => `-A ${chain} ${rule}`));
    }
    for (const { from, rule, place } of jumps) {
      const isThere = rulesOf(live, table, from).some((other) => isSame([rule], [other]));
      if (!isThere) rules.push(place === 'first' ? `-I ${from} 1 ${rule}` : `-A ${from} ${rule}`);
    }
    const stale = liveChains(live, table).filter((chain) => owns(chain) && !chains.has(chain));
    return [
      ...heads,
      ...stale.map((chain) => `:${chain} - [0:0]`),
      ...rules,
      ...stale.map((chain) => `-X ${chain}`),
    ];
  });
}

/** Text for one `iptables-restore --noflush` that deletes every owned chain and every jump to one. */
export function planRemoval(live: Save, owns: Owns): string {
  return sections((table) => {
    const owned = liveChains(live, table).filter(owns);
    const jumps = liveChains(live, table)
      .filter((chain) => !owns(chain))
      .flatMap((chain) =>
        rulesOf(live, table, chain)
          .filter((rule) => owns(targetOf(rule) ?? ''))
          .map((rule) => `-D ${chain} ${rule}`),
      );
    return [...owned.map((chain) => `:${chain} - [0:0]`), ...jumps, ...owned.map((chain) => `-X ${chain}`)];
  });
}

const liveChains = (live: Save, table: string): string[] => [...(live.get(table)?.rules.keys() ?? [])];

const isSame = (want: readonly string[], live: readonly string[]): boolean =>
  want.length === live.length &&
  want.every((rule, at) => canonicalRule(rule) === canonicalRule(live[at] ?? ''));

function sections(linesOf: (table: (typeof tableNames)[number]) => readonly string[]): string {
  return tableNames
    .map((table) => ({ table, lines: linesOf(table) }))
    .filter(({ lines }) => lines.length > 0)
    .map(({ table, lines }) => `*${table}\n${lines.join('\n')}\nCOMMIT\n`)
    .join('');
}
