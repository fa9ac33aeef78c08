import { conflict, LabError } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { ownerLabel, ownerMark } from '../../core/owner-mark.ts';
import { type Container, execIn } from '../../platform/docker.ts';
import { kindContainers, kindNodes } from '../../platform/kind.ts';
import { readRecord } from '../owner-record.ts';
import { labLabel } from './context.ts';

/** Whose cluster of that name there is. */
export type Ownership = 'none' | 'ours' | 'foreign';

/**
 * A cluster is ours when the lab's record says that we made it, or, where the record is lost, when the
 * kubelets inside were told the lab's label and this state directory's mark.
 */
export async function clusterOwnership(exec: Exec, lab: string): Promise<Ownership> {
  if ((await kindContainers(exec, lab)).length === 0) return 'none';
  if ((await recordedRuntime(lab)) === 'kind') return 'ours';
  const nodes = await kindNodes(exec, lab);
  const marked = await Promise.all(nodes.map((node) => carriesLabel(exec, node, lab)));
  return marked.some(Boolean) ? 'ours' : 'foreign';
}

export async function refuseForeignCluster(exec: Exec, lab: string): Promise<void> {
  if ((await clusterOwnership(exec, lab)) !== 'foreign') return;
  throw conflict('E_FOREIGN_CLUSTER', `a kind cluster ${lab} exists that no lab recorded here made`, {
    fix: `choose another --name, or remove it: labctl down with the LABCTL_STATE_DIR that made it, or kind delete cluster --name ${lab}`,
  });
}

/** A record that cannot be read says nothing: the label does. */
async function recordedRuntime(lab: string): Promise<string | undefined> {
  try {
    return (await readRecord(lab))?.runtime;
  } catch (error) {
    if (error instanceof LabError) return undefined;
    throw error;
  }
}

/** Read from the node's files: they answer while the cluster does not. */
async function carriesLabel(exec: Exec, node: Container, lab: string): Promise<boolean> {
  const { stdout } = await execIn(exec, node.name)('cat', ['/kind/kubeadm.conf'], { allowFailure: true });
  return stdout.includes(`${labLabel}=${lab}`) && stdout.includes(`${ownerLabel}=${ownerMark()}`);
}
