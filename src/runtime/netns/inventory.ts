import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Exec } from '../../core/exec.ts';
import { hostLink } from '../../core/names.ts';
import { labPaths, runRoot, stateRoot } from '../../core/paths.ts';
import { labCgroup, processesIn } from '../../platform/cgroup.ts';
import { mounts } from '../../platform/mounts.ts';
import { listLinks, listNamespaces } from '../../platform/net.ts';

/** Everything of one lab that the machine still has, found by name alone: no record is needed. */
export interface Inventory {
  readonly processes: readonly number[];
  readonly namespaces: readonly string[];
  readonly links: readonly string[];
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  readonly directories: readonly string[];
}

/** Takes stock without changing anything: no module is loaded, no table created. */
export async function takeInventory(exec: Exec, lab: string): Promise<Inventory> {
  const paths = labPaths(lab);
  const cgroup = labCgroup(lab);
  const [namespaces, links] = await Promise.all([listNamespaces(), listLinks(exec)]);
  const mine = namespacePattern(lab);
  return {
    processes: processesIn(cgroup),
    namespaces: namespaces.filter((name) => mine.test(name)),
    links: links.map((link) => link.name).filter((name) => name === hostLink(lab)),
    mounts: mounts()
      .map((mount) => mount.at)
      .filter((at) => at === paths.run || at.startsWith(`${paths.run}/`)),
    cgroups: [cgroup].filter((path) => existsSync(path)),
    directories: [paths.run, paths.state, lockPath(lab)].filter((path) => existsSync(path)),
  };
}

/** One line for each thing, as `down` tells it. */
export const inventoryLines = (inventory: Inventory): string[] => [
  ...inventory.processes.map((pid) => `process ${pid}`),
  ...inventory.links.map((name) => `link ${name}`),
  ...inventory.mounts.map((at) => `mount ${at}`),
  ...inventory.namespaces.map((name) => `namespace ${name}`),
  ...inventory.cgroups.map((path) => `cgroup ${path}`),
  ...inventory.directories.map((path) => `directory ${path}`),
];

/**
 * Names of exactly this lab. A prefix would not do: labs `a` and `a-b` may live side by side, and the
 * dot after a pod's namespace tells pods of `a` from nodes of a lab called `a-pod`.
 */
export const namespacePattern = (lab: string): RegExp =>
  new RegExp(
    `^labctl-${lab}-((control-plane|worker)\\d*|fabric|client|world|pod-[a-z0-9]([-a-z0-9]*[a-z0-9])?\\..+)$`,
  );

/** Beside the lab's directories, as it is taken before they are made. */
export const lockPath = (lab: string): string => join(runRoot(), `${lab}.lock`);

/** Roots that labs share; removed with the last lab. */
export const sharedRoots = (): string[] => [runRoot(), stateRoot()];
