import { canonicalRule, commentOf, targetOf } from './canonical.ts';
import type { Owns } from './plan.ts';
import { parseSave, type SavedTable } from './save.ts';

export interface NormaliseOptions {
  /** Keep these chains and the jumps to them only; default: everything. */
  readonly only?: Owns;
  /** Chains whose rules stand in no order between one Service and another. */
  readonly unordered?: Owns;
}

/**
 * Text for comparing: no counters, no dates, one spelling per rule, tables and chains in the order of their
 * names. Rules keep their order, except between Services in `unordered` chains.
 */
export function normaliseSave(text: string, options: NormaliseOptions = {}): string {
  return [...parseSave(text).entries()]
    .toSorted(([a], [b]) => compare(a, b))
    .map(([name, table]) => ({ name, lines: tableLines(table, options) }))
    .filter(({ lines }) => lines.length > 0)
    .map(({ name, lines }) => `*${name}\n${lines.join('\n')}\nCOMMIT\n`)
    .join('');
}

function tableLines(table: SavedTable, { only, unordered }: NormaliseOptions): string[] {
  const keeps = (chain: string): boolean => only === undefined || only(chain);
  const chains = [...table.rules.keys()].sort(compare);
  const heads = chains.filter(keeps).map((chain) => `:${chain} ${table.policies.get(chain) ?? '-'}`);
  const rules = chains.flatMap((chain) => {
    const all = table.rules.get(chain) ?? [];
    const kept = keeps(chain) ? all : all.filter((rule) => keeps(targetOf(rule) ?? ''));
    const canonical = kept.map(canonicalRule);
    return (unordered?.(chain) === true ? sortedByService(canonical) : canonical).map((rule) =>
      `-A ${chain} ${rule}`.trimEnd(),
    );
  });
  return [...heads, ...rules];
}

/** Sorts runs of rules whose comments name Services; other rules stay where they are. */
function sortedByService(rules: readonly string[]): string[] {
  const sorted: string[] = [];
  let run: { readonly service: string; readonly rule: string }[] = [];
  const flush = (): void => {
    sorted.push(...run.toSorted((a, b) => compare(a.service, b.service)).map(({ rule }) => rule));
    run = [];
  };
  for (const rule of rules) {
    const service = /^[^/ ]+\/[^/ ]+/.exec(commentOf(rule) ?? '')?.[0];
    if (service === undefined) {
      flush();
      sorted.push(rule);
    } else {
      run.push({ service, rule });
    }
  }
  flush();
  return sorted;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
