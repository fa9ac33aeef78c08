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

export async function readRulesets(at: Exec): Promise<Rulesets> {
  const [nftTables, legacy4, legacy6] = await Promise.all([
    readNft(at),
    legacyTables(at, '/proc/net/ip_tables_names'),
    legacyTables(at, '/proc/net/ip6_tables_names'),
  ]);
  const has = (family: string): boolean => nftTables.some((table) => table.family === family);
  const [nft4, nft6, old4, old6] = await Promise.all([
    has('ip') ? save(at, 'iptables-nft-save') : noRules,
    has('ip6') ? save(at, 'ip6tables-nft-save') : noRules,
    legacy4.length > 0 ? save(at, 'iptables-legacy-save') : noRules,
    legacy6.length > 0 ? save(at, 'ip6tables-legacy-save') : noRules,
  ]);
  return { nftTables, iptables: { nft: nft4, legacy: old4 }, ip6tables: { nft: nft6, legacy: old6 } };
}

async function readNft(at: Exec): Promise<NftTable[]> {
  const [tables, chains] = await Promise.all([
    at('nft', ['-j', 'list', 'tables']),
    at('nft', ['-j', 'list', 'chains']),
  ]);
  return parseNft(tables.stdout, chains.stdout);
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

/** The file lists a table once something used it; it is absent where the module is not loaded. */
async function legacyTables(at: Exec, file: string): Promise<string[]> {
  const { stdout, stderr, exitCode } = await at('cat', [file], { allowFailure: true });
  if (exitCode === 0) return stdout.split('\n').filter((name) => name !== '');
  if (stderr.includes('No such file')) return [];
  throw failure('E_LEGACY_TABLES', `${file} cannot be read: ${stderr.trim()}`);
}

async function save(at: Exec, file: string): Promise<SavedRules> {
  const { stdout } = await at(file, ['-c']);
  return parseIptablesSave(stdout);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
