import { readdirSync, readFileSync } from 'node:fs';
import { readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentError } from '../core/errors.ts';
import { makeDirectory } from '../core/make-directory.ts';
import { waitFor } from '../core/wait-for.ts';
import { isErrno } from './fs.ts';
import { parseMounts } from './mounts.ts';

/** Directory under the cgroup v2 root that holds all labs. */
const ours = 'labctl';

/** Where cgroup v2 is mounted: by file-system type, as hybrid hosts have it at `unified`. */
export function cgroupRoot(mountInfo = readFileSync('/proc/self/mounts', 'utf8')): string {
  const found = parseMounts(mountInfo).find((mount) => mount.type === 'cgroup2');
  if (found === undefined) {
    throw environmentError(
      'E_NO_CGROUP2',
      'cgroup v2 is not mounted, so socket LB has nothing to attach to',
      {
        fix: 'mount -t cgroup2 none /sys/fs/cgroup/unified',
      },
    );
  }
  return found.at;
}

export const labCgroup = (lab: string): string => join(cgroupRoot(), ours, lab);
/** `child` is a node, or `controller`, `client`, `world`, `outside`. */
export const childCgroup = (lab: string, child: string): string => join(labCgroup(lab), child);
/** Inside its node's, so that its processes get the node's socket LB. */
export const podCgroup = (lab: string, node: string, podKey: string): string =>
  join(childCgroup(lab, node), `pod-${podKey.replace('/', '.')}`);
export const agentCgroup = (lab: string, node: string): string => join(childCgroup(lab, node), 'agent');

export async function createCgroup(path: string): Promise<void> {
  makeDirectory(path, 0o755);
}

/** All processes of a cgroup and of those below it. */
export function processesIn(path: string): number[] {
  try {
    const own = readFileSync(join(path, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
    return [...own, ...childrenOf(path).flatMap(processesIn)];
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENODEV')) return [];
    throw error;
  }
}

/** Kills whatever runs in a cgroup and below, then removes the directories. Nothing there: nothing done. */
export async function removeCgroup(path: string, timeoutMs = 5000): Promise<void> {
  if (!(await kill(path))) return;
  await waitFor(
    `cgroup ${path} removed`,
    async () => {
      try {
        await removeDirectories(path);
        return { done: undefined };
      } catch (error) {
        if (isErrno(error, 'EBUSY')) return { saw: `processes ${processesIn(path).join(' ') || 'ending'}` };
        throw error;
      }
    },
    { timeoutMs, intervalMs: 5 },
  );
}

/** Removes the directory that held all labs, once the last lab has gone. */
export async function removeEmptyCgroupParent(): Promise<void> {
  try {
    await rmdir(join(cgroupRoot(), ours));
  } catch (error) {
    if (!isErrno(error, 'EBUSY', 'ENOENT', 'ENOTEMPTY')) throw error;
  }
}

/** Labs that have a cgroup, whatever their record says. */
export const labsWithCgroup = (): string[] => childrenOf(join(cgroupRoot(), ours)).map(lastPart);

/** Whether a cgroup has processes, itself or below. */
export async function isPopulated(path: string): Promise<boolean> {
  try {
    return /^populated 1$/m.test(await readFile(join(path, 'cgroup.events'), 'utf8'));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENODEV')) return false;
    throw error;
  }
}

async function kill(path: string): Promise<boolean> {
  try {
    await writeFile(join(path, 'cgroup.kill'), '1', { flag: 'r+' });
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENODEV')) return false;
    throw error;
  }
}

async function removeDirectories(path: string): Promise<void> {
  for (const child of childrenOf(path)) await removeDirectories(child);
  try {
    await rmdir(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

function childrenOf(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(path, entry.name));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENODEV')) return [];
    throw error;
  }
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
