import { LabError } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { nfacctNames } from './names.ts';

/**
 * Makes kube-proxy's packet counters. False where the kernel or the machine has no nfacct: kube-proxy then
 * leaves the counters out of its rules, and so do we.
 */
export async function ensureNfacct(exec: Exec): Promise<boolean> {
  for (const name of Object.values(nfacctNames)) {
    const get = await nfacct(exec, ['get', name]);
    if (get === undefined) return false;
    if (get.exitCode === 0) continue;
    const add = await nfacct(exec, ['add', name]);
    if (add?.exitCode !== 0) return false;
  }
  return true;
}

/** A counter in use cannot go: call it after the rules that name it are gone. */
export async function removeNfacct(exec: Exec): Promise<void> {
  for (const name of Object.values(nfacctNames)) {
    const get = await nfacct(exec, ['get', name]);
    if (get?.exitCode === 0) await exec('nfacct', ['delete', name]);
  }
}

/** undefined: the tool is not installed. */
async function nfacct(
  exec: Exec,
  args: readonly string[],
): Promise<{ readonly exitCode: number } | undefined> {
  try {
    return await exec('nfacct', args, { allowFailure: true });
  } catch (error) {
    if (error instanceof LabError && error.code === 'E_COMMAND_MISSING') return undefined;
    throw error;
  }
}
