import { exec } from '../../platform/exec.ts';
import { removeSharedRoots } from '../../runtime/netns/index.ts';
import type { LabContext } from '../context.ts';
import type { DestroyReport } from '../destroy.ts';
import { lockLab } from '../lock.ts';
import { readRecord, writeOwnerRecord } from '../owner-record.ts';
import { refuseForeignCluster } from './ownership.ts';
import { kindRemains, removeKindLab } from './teardown.ts';

/** Removes a lab on kind, whole or in parts. */
export async function destroyKindLab(
  lab: string,
  options: { readonly dryRun?: boolean },
  context: LabContext,
): Promise<DestroyReport> {
  await refuseForeignCluster(exec, lab);
  const found = await kindRemains(exec, lab);
  if (options.dryRun === true) return { lab, found: found.length > 0, removed: found, left: [] };
  const lock = await lockLab(lab, 'down');
  try {
    const record = await readRecord(lab);
    if (record !== undefined) await writeOwnerRecord({ ...record, phase: 'destroying' });
    await removeKindLab(lab, context);
    const left = await kindRemains(exec, lab);
    return { lab, found: found.length > 0, removed: found.filter((line) => !left.includes(line)), left };
  } finally {
    lock.release({ remove: true });
    await removeSharedRoots();
  }
}
