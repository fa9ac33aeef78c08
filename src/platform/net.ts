import { readdir } from 'node:fs/promises';
import type { Exec } from '../core/exec.ts';
import { type Cidr4, contains, overlaps, parseCidr4, parseIp4, type Range4, subnets } from '../core/ip.ts';
import { isErrno } from './fs.ts';
import { namespacePath } from './placed.ts';

export interface Link {
  readonly name: string;
  readonly addresses: readonly { readonly address: string; readonly prefix: number }[];
}

/** Runs many `ip` commands in one process, in the host's network namespace. */
export const ipBatch = async (exec: Exec, lines: readonly string[]): Promise<void> => {
  if (lines.length > 0) await exec('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
};

export interface NamespaceSetup {
  /** Paths below /proc/sys with their values; those that this kernel does not have are left out. */
  readonly sysctls: readonly (readonly [path: string, value: string])[];
  readonly ip: readonly string[];
}

const separator = '--';
/** Reads `path value` lines up to the separator into /proc/sys, then hands the rest to ip. */
const applySetup = `while read -r path value && [ "$path" != ${separator} ]; do
  [ ! -e "/proc/sys/$path" ] || echo "$value" > "/proc/sys/$path" || exit 1
done
exec ip -batch -`;

/** Sets a network namespace up by one process: sysctls, then links, addresses and routes. */
export async function configureNamespace(exec: Exec, name: string, setup: NamespaceSetup): Promise<void> {
  const input = [...setup.sysctls.map(([path, value]) => `${path} ${value}`), separator, ...setup.ip, ''];
  const args = [`--net=${namespacePath(name)}`, '--', '/bin/sh', '-c', applySetup];
  await exec('nsenter', args, { input: input.join('\n') });
}

/** Names in /run/netns. */
export async function listNamespaces(): Promise<string[]> {
  try {
    return await readdir('/run/netns');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

export async function listLinks(exec: Exec): Promise<Link[]> {
  const { stdout } = await exec('ip', ['-j', 'address', 'show']);
  return asRecords(stdout).map((link) => ({
    name: String(link.ifname),
    addresses: asArray(link.addr_info).map((info) => ({
      address: String(info.local),
      prefix: Number(info.prefixlen),
    })),
  }));
}

/** Networks that this host reaches by a route of its own, the default route aside. */
export async function routedNetworks(exec: Exec): Promise<Range4[]> {
  const { stdout } = await exec('ip', ['-j', '-4', 'route', 'show', 'table', 'all']);
  return asRecords(stdout)
    .map((route) => String(route.dst))
    .filter((destination) => destination !== 'default')
    .map((destination) => parseCidr4(destination.includes('/') ? destination : `${destination}/32`))
    .filter((range) => range !== undefined);
}

/** First subnet of the pools with this prefix that overlaps nothing taken. */
export function freeSubnet(
  pools: readonly Cidr4[],
  prefix: number,
  taken: readonly Range4[],
): Cidr4 | undefined {
  for (const pool of pools) {
    for (const candidate of subnets(pool, prefix)) {
      const range = parseCidr4(candidate);
      if (range !== undefined && !taken.some((other) => overlaps(range, other))) return candidate;
    }
  }
  return undefined;
}

export const isInside = (range: Range4, address: string): boolean => {
  const value = parseIp4(address);
  return value !== undefined && contains(range, value);
};

type Json = Readonly<Record<string, unknown>>;

const asRecords = (text: string): Json[] => asArray(text.trim() === '' ? [] : JSON.parse(text));

const asArray = (value: unknown): Json[] =>
  Array.isArray(value) ? value.filter((item): item is Json => typeof item === 'object' && item !== null) : [];
