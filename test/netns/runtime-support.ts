import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../../src/core/wait-for.ts';
import { exec } from '../../src/platform/exec.ts';
import { bundledProgram, projectRoot } from '../../src/platform/fs.ts';

/** `labctl` as users run it: the bundle, which is built where it is not up to date. */
export async function buildBundle(): Promise<void> {
  await exec('npx', ['tsx', 'scripts/build.ts'], { cwd: projectRoot(), timeoutMs: 120_000 });
}

export interface LabctlResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const labctl = (
  args: readonly string[],
  input?: string,
  env: Readonly<Record<string, string>> = {},
): Promise<LabctlResult> =>
  exec(process.execPath, [bundledProgram('cli'), ...args], {
    allowFailure: true,
    timeoutMs: 90_000,
    env,
    ...(input === undefined ? {} : { input }),
  });

/** As `labctl`, and fails where it does. */
export async function labctlOk(args: readonly string[], input?: string): Promise<LabctlResult> {
  const result = await labctl(args, input);
  if (result.exitCode === 0) return result;
  throw new Error(
    `labctl ${args.join(' ')}: exit code ${result.exitCode}\n${result.stdout}\n${result.stderr}`,
  );
}

export const startLabctl = (args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [bundledProgram('cli'), ...args], { stdio: 'ignore' });

/**
 * Everything on the machine that a lab may touch, by id, without what labs of these names have: two such
 * inventories are equal when nothing was left and nothing foreign was changed.
 */
export async function foreignInventory(labs: readonly string[]): Promise<readonly string[]> {
  const [links, routes, rules, iptables] = await Promise.all([
    exec('ip', ['-j', 'address', 'show']),
    exec('ip', ['-j', 'route', 'show', 'table', 'all']),
    exec('ip', ['rule', 'show']),
    exec('nft', ['-s', 'list', 'ruleset'], { allowFailure: true }),
  ]);
  const names = readdirSync('/run/netns').filter((name) =>
    labs.some((lab) => name.startsWith(`labctl-${lab}-`)),
  );
  return [
    ...linkLines(links.stdout),
    ...routeLines(routes.stdout),
    ...rules.stdout.split('\n'),
    `nft ${createHash('sha256').update(iptables.stdout).digest('hex')}`,
    ...names.map((name) => `namespace ${name}`),
    ...hostSysctls(),
    ...labs.flatMap(placesOf).filter((path) => existsSync(path)),
  ].sort();
}

/** Links of other labs come and go beside this test; ours are counted by their own names. */
function linkLines(json: string): string[] {
  const links = JSON.parse(json) as { ifindex: number; ifname: string; addr_info: { local: string }[] }[];
  return links
    .filter(({ ifname }) => !isForeignLab(ifname))
    .map(
      ({ ifindex, ifname, addr_info }) => `link ${ifindex} ${ifname} ${addr_info.map((each) => each.local)}`,
    );
}

function routeLines(json: string): string[] {
  const routes = JSON.parse(json) as { dst: string; dev?: string; table?: string }[];
  return routes
    .filter(({ dev = '' }) => !isForeignLab(dev))
    .map(({ dst, dev, table }) => `route ${dst} ${dev} ${table}`);
}

const isForeignLab = (link: string): boolean => link.startsWith('lab-') && !ownLinks.has(link);
/** Host links of the labs of these tests. */
const ownLinks = new Set<string>();
export const countLink = (link: string): void => void ownLinks.add(link);

const hostSysctls = (): string[] =>
  ['net/ipv4/ip_forward', 'net/ipv4/conf/all/rp_filter', 'net/ipv4/conf/default/rp_filter'].map(
    (path) => `${path} ${readFileSync(join('/proc/sys', path), 'utf8').trim()}`,
  );

const placesOf = (lab: string): string[] => [
  `/run/labctl/${lab}`,
  `/run/labctl/${lab}.lock`,
  `/var/lib/labctl/${lab}`,
  `/sys/fs/cgroup/labctl/${lab}`,
  `/sys/fs/cgroup/unified/labctl/${lab}`,
];

export const eventually = <T>(
  what: string,
  probe: () => Promise<T | undefined>,
  timeoutMs = 20_000,
): Promise<T> =>
  waitFor(
    what,
    async () => {
      const found = await probe();
      return found === undefined ? { saw: 'not yet' } : { done: found };
    },
    { timeoutMs, intervalMs: 20 },
  );
