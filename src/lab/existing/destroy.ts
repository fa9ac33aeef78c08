import { conflict } from '../../core/errors.ts';
import { keyOf } from '../../core/k8s.ts';
import { labPaths } from '../../core/paths.ts';
import { type Kubectl, kubectlFor } from '../../platform/kubectl.ts';
import { removeSharedRoots } from '../../runtime/netns/index.ts';
import type { LabContext } from '../context.ts';
import type { DestroyReport } from '../destroy.ts';
import { kubeconfigOf, labLabel, systemNamespace } from '../kind/context.ts';
import type { DestroyOptions } from '../lifecycle.ts';
import { lockLab } from '../lock.ts';
import { writeOwnerRecord } from '../owner-record.ts';
import { requireAnswer } from './connect.ts';
import { podsInNetwork } from './facts.ts';
import { existingRecord } from './prepare.ts';
import { removeExistingLab } from './teardown.ts';

/** Takes a lab out of its cluster. Pods that stay lose their network: that needs somebody's word. */
export async function destroyExistingLab(
  lab: string,
  options: DestroyOptions,
  context: LabContext,
): Promise<DestroyReport> {
  const record = await existingRecord(lab);
  if (record === undefined) return { lab, found: false, removed: [], left: [] };
  const kubectl = kubectlFor(context.exec, kubeconfigOf(lab));
  const { state } = labPaths(lab);
  await requireAnswer(
    kubectl,
    { ...record, text: '' },
    `start the cluster; where it has gone for good, nothing but this is left: rm -r ${state}`,
  );
  const cutOff = await podsLeft(kubectl, lab);
  const removed = [
    `namespace ${systemNamespace}`,
    `agents, programs and CNI files of ${record.nodes.join(', ')}`,
    ...record.images.map((reference) => `image ${reference}`),
    `directory ${state}`,
  ];
  if (options.dryRun === true) return { lab, found: true, removed, left: [], cutOff };
  await requireWord(lab, record.context, cutOff, options);
  const lock = await lockLab(lab, 'down');
  try {
    await writeOwnerRecord({ ...record, phase: 'destroying' });
    await removeExistingLab(lab, context);
    return { lab, found: true, removed, left: [], cutOff };
  } finally {
    lock.release({ remove: true });
    await removeSharedRoots();
  }
}

/** Pods that are not the lab's own, by `namespace/name`. */
async function podsLeft(kubectl: Kubectl, lab: string): Promise<string[]> {
  const pods = await podsInNetwork(kubectl);
  return pods
    .filter(({ metadata }) => metadata.namespace !== systemNamespace && metadata.labels?.[labLabel] !== lab)
    .map(keyOf)
    .sort();
}

async function requireWord(
  lab: string,
  context: string,
  cutOff: readonly string[],
  { consent }: DestroyOptions,
): Promise<void> {
  const whom = cutOff.length === 0 ? 'no pod' : `${cutOff.length} pods: ${cutOff.join(', ')}`;
  const question = `Taking lab ${lab} out of context ${context} leaves its nodes without a CNI, and without network ${whom}. Go on?`;
  if (consent !== undefined && (await consent(question))) return;
  throw conflict('E_CONSENT', `${question.replace(' Go on?', '')} Nobody agreed to that.`, {
    fix: `labctl down --name ${lab} --yes`,
    details: { cutOff },
  });
}
