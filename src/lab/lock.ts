import { join } from 'node:path';
import { runRoot, stateRoot } from '../core/paths.ts';
import { type Lock, takeLock } from '../platform/flock.ts';
import { isErrno, privateDirectory } from '../platform/fs.ts';
import { lockPath } from '../runtime/netns/index.ts';

const allocationWaitMs = 10_000;
const attempts = 5;

/** One command at a time changes a lab; a second one is refused with exit 7. */
export const lockLab = (lab: string, verb: string): Promise<Lock> =>
  lockIn(runRoot(), lockPath(lab), `labctl ${verb} ${lab}`, 0);

/** Short: labs that come up side by side must not pick the same network. */
export const lockAllocation = (): Promise<Lock> =>
  lockIn(stateRoot(), join(stateRoot(), '.allocation.lock'), 'labctl up', allocationWaitMs);

/** The last lab to go removes the directory, maybe between our making it and our opening the lock. */
async function lockIn(directory: string, path: string, holder: string, waitMs: number): Promise<Lock> {
  for (let attempt = 1; ; attempt++) {
    await privateDirectory(directory);
    try {
      return await takeLock(path, { holder, waitMs });
    } catch (error) {
      if (!isErrno(error, 'ENOENT') || attempt === attempts) throw error;
    }
  }
}
