import { failure } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { noRules, parseIptablesSave, type SavedRules } from './iptables-save.ts';

export type Backend = 'nft' | 'legacy';

/** Netfilter of one node, read without making anything: naming a table to iptables creates it. */
export interface Rulesets {
  readonly nftTables: readonly NftTable[];
  /** What iptables wrote, by backend; IPv4 and IPv6. */
  readonly iptables: Readonly<Record<Backend, SavedRules>>;
  readonly ip6tables: Readonly<Record<Backend, SavedRules>>;
}
export interface NftTable {
  readonly family: string;
  readonly name: string;
  readonly chains: readonly string[];
}

/** Two processes, whatever a node has: where nodes are containers, starting one takes longer than it runs. */
export async function readRulesets(at: Exec): Promise<Rulesets> {
  const [tables = '', chains = '', legacy4 = '', legacy6 = ''] = await inOneShell(at, [
    'nft -j list tables',
    'nft -j list chains',
    ifThere('/proc/net/ip_tables_names'),
    ifThere('/proc/net/ip6_tables_names'),
  ]);
  const nftTables = parseNft(tables, chains);
  const has = (family: string): boolean => nftTables.some((table) => table.family === family);
  const saves = [
    has('ip') ? 'iptables-nft-save -c' : nothing,
    has('ip6') ? 'ip6tables-nft-save -c' : nothing,
    legacy4.trim() === '' ? nothing : 'iptables-legacy-save -c',
    legacy6.trim() === '' ? nothing : 'ip6tables-legacy-save -c',
  ];
  const [nft4 = noRules, nft6 = noRules, old4 = noRules, old6 = noRules] = saves.every(
    (one) => one === nothing,
  )
    ? []
    : (await inOneShell(at, saves)).map(parseIptablesSave);
  return { nftTables, iptables: { nft: nft4, legacy: old4 }, ip6tables: { nft: nft6, legacy: old6 } };
}

const nothing = ':';
/** The file lists a table once something used it; it is absent where the module is not loaded. */
const ifThere = (file: string): string => `{ [ ! -e ${file} ] || cat ${file}; }`;

/** Between what two commands print. */
export const boundary = '--- next of labctl ---\n';

/** What each command prints. The first that fails ends all, in its own words: also one that is not there. */
async function inOneShell(at: Exec, commands: readonly string[]): Promise<string[]> {
  const script = commands
    .map((command) => `${command} || exit 1\n`)
    .join(`printf '%s\\n' '${boundary.trim()}'\n`);
  const { stdout } = await at('/bin/sh', ['-c', script]);
  return stdout.split(boundary);
}

/** Reads `nft -j list tables` and `nft -j list chains`: neither names what the other does. */
export function parseNft(...outputs: readonly string[]): NftTable[] {
  const items = outputs.flatMap(nftItems);
  const tables = new Map<string, { family: string; name: string; chains: string[] }>();
  const tableOf = (family: string, name: string): { chains: string[] } => {
    const key = `${family} ${name}`;
    const table = tables.get(key) ?? { family, name, chains: [] };
    tables.set(key, table);
    return table;
  };
  for (const item of items.filter(isRecord)) {
    if (isRecord(item.table)) tableOf(String(item.table.family), String(item.table.name));
    if (isRecord(item.chain)) {
      tableOf(String(item.chain.family), String(item.chain.table)).chains.push(String(item.chain.name));
    }
  }
  return [...tables.values()];
}

function nftItems(json: string): unknown[] {
  const value: unknown = JSON.parse(json);
  const items = isRecord(value) ? value.nftables : undefined;
  if (!Array.isArray(items)) throw failure('E_NFT', `nft did not print a list: ${json.slice(0, 80)}`);
  return items;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
