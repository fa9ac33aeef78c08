import { messageOf } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { hostLink } from '../../core/names.ts';
import { labPaths } from '../../core/paths.ts';
import { waitFor } from '../../core/wait-for.ts';
import { labCgroup, removeCgroup, removeEmptyCgroupParent } from '../../platform/cgroup.ts';
import { isErrno, removeIfEmpty, removeTree } from '../../platform/fs.ts';
import { unmountBelow } from '../../platform/mounts.ts';
import { ipBatch, listLinks, listNamespaces } from '../../platform/net.ts';
import { namespacePattern, sharedRoots } from './inventory.ts';

/*
 * The way back of everything that `up` and the controller make. Each part looks at what is there, so it
 * works after any crash, twice, and without a record.
 */

/** Ends every process of the lab at once: none can restart another. */
export const endProcesses = (lab: string): Promise<void> => removeCgroup(labCgroup(lab));

export const removeCgroupParent = (): Promise<void> => removeEmptyCgroupParent();

/** Named, not left to the end of its peer's namespace: the kernel does that some time later. */
export async function removeHostLink(exec: Exec, lab: string): Promise<void> {
  const name = hostLink(lab);
  const present = (await listLinks(exec)).some((link) => link.name === name);
  if (present) await ipBatch(exec, [`link delete ${name}`]);
}

export async function removeNamespaces(exec: Exec, lab: string): Promise<void> {
  const mine = namespacePattern(lab);
  const found = (await listNamespaces()).filter((name) => mine.test(name));
  await ipBatch(
    exec,
    found.map((name) => `netns delete ${name}`),
  );
}

/** The pins go with the file system that holds them, and with them the programs, links and maps. */
export const removePins = (exec: Exec, lab: string): Promise<void> => unmountBelow(exec, labPaths(lab).run);

const unmountLimitMs = 5000;

/** A mount table that is read while it changes can miss a mount: it is read again until the directory goes. */
export const removeRunDirectory = (exec: Exec, lab: string): Promise<void> =>
  waitFor(
    `${labPaths(lab).run} is removed`,
    async () => {
      try {
        await removeTree(labPaths(lab).run);
        return { done: undefined };
      } catch (error) {
        if (!isErrno(error, 'EBUSY')) throw error;
        await removePins(exec, lab);
        return { saw: messageOf(error) };
      }
    },
    { timeoutMs: unmountLimitMs },
  );

export const removeStateDirectory = (lab: string): Promise<void> => removeTree(labPaths(lab).state);

/** Directories of all labs, where this was the last. */
export async function removeSharedRoots(): Promise<void> {
  for (const root of sharedRoots()) await removeIfEmpty(root);
}
