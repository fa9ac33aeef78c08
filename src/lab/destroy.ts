import { readFileSync } from 'node:fs';
import { LabError, usageError } from '../core/errors.ts';
import { requireLabName } from '../core/lab-name.ts';
import { cgroupRoot, labCgroup } from '../platform/cgroup.ts';
import { execLean } from '../platform/exec-lean.ts';
import { inventoryLines, removeSharedRoots, takeInventory } from '../runtime/netns/index.ts';
import type { LabContext } from './context.ts';
import { lockLab } from './lock.ts';
import { readOwnerRecord, writeOwnerRecord } from './owner-record.ts';
import { remains, removeEverything } from './teardown.ts';

export interface DestroyReport {
  readonly lab: string;
  readonly found: boolean;
  readonly removed: readonly string[];
  readonly left: readonly string[];
  /** Pods of somebody else's that are without network from then on. */
  readonly cutOff?: readonly string[];
}

/** Removes a lab, whole or in parts, known by record or only by name. No lab is no error. */
export async function destroyLab(
  lab: string,
  options: { readonly dryRun?: boolean },
  context: LabContext,
): Promise<DestroyReport> {
  requireLabName(lab);
  refuseFromInside(lab);
  const down = { lab, exec: execLean };
  if (options.dryRun === true) {
    const removed = await remains(down);
    return { lab, found: removed.length > 0, removed, left: [] };
  }
  const lock = await lockLab(lab, 'down');
  const found = inventoryLines(await takeInventory(execLean, lab)).filter((line) => !line.endsWith('.lock'));
  try {
    if (found.length > 0) {
      await markDestroying(lab);
      await removeEverything(down, context);
    }
    return { lab, found: found.length > 0, removed: found, left: [] };
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'E_LEFT') throw error;
    const left = await remains(down);
    return { lab, found: true, removed: found.filter((line) => !left.includes(line)), left };
  } finally {
    lock.release({ remove: true });
    await removeSharedRoots();
  }
}

/** A `down` that dies is then finished by the next `up` or `down`. A damaged record goes as it is. */
async function markDestroying(lab: string): Promise<void> {
  try {
    const record = await readOwnerRecord(lab);
    if (record !== undefined) await writeOwnerRecord({ ...record, phase: 'destroying' });
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
  }
}

/** All processes of the lab are killed at once; this one must not be among them. */
function refuseFromInside(lab: string): void {
  const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '';
  if (!`${cgroupRoot()}${own}/`.startsWith(`${labCgroup(lab)}/`)) return;
  throw usageError('E_INSIDE_LAB', `this shell runs inside lab ${lab}`, {
    fix: 'leave it first: exit',
  });
}
