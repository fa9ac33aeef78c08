import { readdir, readFile } from 'node:fs/promises';
import { hostLink } from '../../../src/core/names.ts';
import { run, sh } from './cli.ts';

/**
 * What a machine holds, by identity: kind, id, name. Taken without loading modules: no tool of
 * iptables-legacy is asked, and nft only lists.
 */
export type Inventory = ReadonlySet<string>;

/**
 * Objects whose appearance or loss `down` answers for: everything that bears the lab's name, and the
 * host's own links, addresses, routes, rules and tables, and every BPF program and map. Other labs and tests
 * may come and go meanwhile, except for their BPF objects: what names a lab other than this one is left out.
 */
export async function takeInventory(lab: string): Promise<Inventory> {
  const lists = await Promise.all([
    namespaces(),
    host('link', ['-j', 'link', 'show'], ['ifindex', 'ifname', 'address']),
    host('address', ['-j', 'addr', 'show'], ['ifindex', 'ifname']),
    host('route', ['-j', 'route', 'show', 'table', 'all'], ['dst', 'dev', 'gateway', 'table']),
    host('rule', ['-j', 'rule', 'show'], ['priority', 'src', 'table']),
    ruleset(),
    mounts(),
    processes(lab),
    directory('state', '/var/lib/labctl', lab),
    directory('run', '/run/labctl', lab),
    cgroups(lab),
    bpf('prog', ['id', 'name', 'tag']),
    bpf('map', ['id', 'name', 'type']),
  ]);
  return new Set(lists.flat().filter((entry) => !isForeignLab(entry, lab)));
}

/** One line per object that came or went. */
export function differences(before: Inventory, after: Inventory): string[] {
  return [
    ...[...after].filter((entry) => !before.has(entry)).map((entry) => `left behind: ${entry}`),
    ...[...before].filter((entry) => !after.has(entry)).map((entry) => `lost: ${entry}`),
  ].sort();
}

/** Links and namespaces that other labs and tests of this machine make. */
const labNames = /\b(labctl-|lab-[0-9a-f]{11}\b|t-[a-z])/;
const isForeignLab = (entry: string, lab: string): boolean =>
  labNames.test(entry) && !entry.includes(lab) && !entry.includes(hostLink(lab));

async function namespaces(): Promise<string[]> {
  const names = await namesIn('/run/netns');
  return names.map((name) => `namespace ${name}`);
}

async function host(kind: string, args: readonly string[], fields: readonly string[]): Promise<string[]> {
  const rows = JSON.parse(await sh('ip', ...args)) as Record<string, unknown>[];
  return rows.map(
    (row) => `${kind} ${fields.map((field) => `${field}=${String(row[field] ?? '-')}`).join(' ')}`,
  );
}

/** Every program and map of the machine: the lab's must go, all others keep their ids. */
async function bpf(kind: 'prog' | 'map', fields: readonly string[]): Promise<string[]> {
  const rows = JSON.parse(await sh('bpftool', '-j', kind, 'show')) as Record<string, unknown>[];
  return rows.map((row) => `bpf ${kind} ${fields.map((field) => String(row[field] ?? '-')).join(' ')}`);
}

async function ruleset(): Promise<string[]> {
  const { stdout } = await run('nft', ['list', 'ruleset'], {});
  return stdout === '' ? [] : [`nft ${stdout}`];
}

async function mounts(): Promise<string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `mount ${line.split(' ').slice(3, 5).join(' ')}`)
    .filter((line) => line.includes('labctl'));
}

/** By what a process was started with, or where it lives: a demo server bears no name of its own. */
async function processes(lab: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    ids.map(async (id) => {
      const [command, cgroup] = await Promise.all(
        ['cmdline', 'cgroup'].map((file) => textOf(`/proc/${id}/${file}`)),
      );
      const isOurs = (command ?? '').includes(lab) || (cgroup ?? '').includes(`/labctl/${lab}`);
      return isOurs ? [`process ${id} ${(command ?? '').replaceAll('\0', ' ').slice(0, 120)}`] : [];
    }),
  );
  return found.flat();
}

async function directory(kind: string, path: string, lab: string): Promise<string[]> {
  const names = await namesIn(path);
  return names.filter((name) => name === lab).map((name) => `${kind} ${path}/${name}`);
}

async function cgroups(lab: string): Promise<string[]> {
  const root = await cgroup2Root();
  const names = await namesIn(`${root}/labctl`);
  return names.filter((name) => name === lab).map((name) => `cgroup ${root}/labctl/${name}`);
}

export async function cgroup2Root(): Promise<string> {
  const text = await readFile('/proc/self/mountinfo', 'utf8');
  const line = text.split('\n').find((candidate) => / - cgroup2 /.test(candidate));
  return line?.split(' ')[4] ?? '/sys/fs/cgroup';
}

const namesIn = (path: string): Promise<string[]> => unlessGone(readdir(path), []);
/** Processes end while they are listed. */
const textOf = (path: string): Promise<string> => unlessGone(readFile(path, 'utf8'), '');

async function unlessGone<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH') return otherwise;
    throw error;
  }
}
