import type { Exec } from '../../core/exec.ts';
import type { Node } from '../../core/k8s.ts';
import { kubectlFor } from '../../platform/kubectl.ts';
import type { LabContext, ProgressStep } from '../context.ts';
import { kubeconfigOf } from '../kind/context.ts';
import { imagesOnlyOf } from '../kind/teardown.ts';
import type { ExistingDown } from './context.ts';
import { findNodeContainers } from './node-containers.ts';
import { existingRecord } from './prepare.ts';
import { existingSteps } from './steps/index.ts';

/** Undoes every step of `up` in reverse. */
export async function removeExistingLab(lab: string, { exec, progress, signal }: LabContext): Promise<void> {
  const down = await downOf(lab, exec, signal);
  const undos = existingSteps.flatMap((step): ProgressStep<ExistingDown>[] =>
    step.undo === undefined ? [] : [{ title: step.undo.title, run: step.undo.run }],
  );
  await progress(undos.reverse(), down);
}

async function downOf(lab: string, exec: Exec, signal: AbortSignal): Promise<ExistingDown> {
  const kubeconfig = kubeconfigOf(lab);
  const kubectl = kubectlFor(exec, kubeconfig);
  const { items } = await kubectl.json<{ items: readonly Node[] }>(['get', 'nodes']);
  const { containers } = await findNodeContainers(exec, items);
  return {
    ...{ lab, exec, kubeconfig, kubectl, signal },
    images: await imagesOnlyOf(lab),
    nodeImages: (await existingRecord(lab))?.images ?? [],
    madeNetwork: false,
    containers: containers.map(({ name }) => name),
  };
}
