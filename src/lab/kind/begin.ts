import { labPaths } from '../../core/paths.ts';
import { removeTree } from '../../platform/fs.ts';

/** Writes what a lab is about to be. Where that fails, as on a full disk, a new lab leaves no directory. */
export async function begin(lab: string, isNew: boolean, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (isNew) await removeTree(labPaths(lab).state);
    throw error;
  }
}
