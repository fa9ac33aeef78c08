import { messageOf } from '../../core/errors.ts';
import type { Node } from '../../core/k8s.ts';
import { labPaths } from '../../core/paths.ts';
import { imageId } from '../../platform/docker.ts';
import { engineError } from '../../platform/engine-error.ts';
import { privateDirectory, writeAtomic } from '../../platform/fs.ts';
import { kubectlFor } from '../../platform/kubectl.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { removeSharedRoots } from '../../runtime/netns/index.ts';
import type { LabContext } from '../context.ts';
import type { CreateOptions, CreateReport } from '../create.ts';
import { begin } from '../kind/begin.ts';
import { kubeconfigOf } from '../kind/context.ts';
import { tellEvidence } from '../kind/evidence.ts';
import { imageArchive } from '../kind/image-archive.ts';
import { lockLab } from '../lock.ts';
import {
  currentBootId,
  type ExistingRecord,
  ownerSchema,
  readRecord,
  writeOwnerRecord,
} from '../owner-record.ts';
import { requireConsent } from '../plan.ts';
import type { ExistingUp } from './context.ts';
import { findNodeContainers } from './node-containers.ts';
import { planOfPrepared } from './plan.ts';
import { type Prepared, prepare } from './prepare.ts';
import { existingSteps } from './steps/index.ts';
import { removeExistingLab } from './teardown.ts';

/** Puts a lab into a cluster that exists, or changes the one that is in it into what is asked for. */
export async function createExistingLab(
  lab: ResolvedLab,
  options: CreateOptions,
  context: LabContext,
): Promise<CreateReport> {
  const startedAtMs = options.startedAtMs ?? Date.now();
  const lock = await lockLab(lab.name, 'up');
  try {
    const prepared = await prepare(context.exec, lab);
    const plan = await planOfPrepared(lab, prepared);
    requireConsent(plan, options.recreate === true);
    for (const line of plan.text) context.log.info(line);
    if (plan.action === 'recreate' || plan.action === 'clean') await removeExistingLab(lab.name, context);
    const isCold = plan.action !== 'none' && (await make(lab, prepared, options, context, startedAtMs));
    const nodes = prepared.facts.nodes.map(({ metadata, status }) => ({
      name: metadata.name,
      address: status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
    }));
    return {
      lab: lab.name,
      runtime: 'existing',
      profile: lab.profile,
      action: plan.action,
      changes: plan.changes,
      seconds: Math.round(Date.now() - startedAtMs) / 1000,
      cold: isCold,
      nodes,
      hostAddress: '',
      try: [
        `labctl verify --name ${lab.name}`,
        `kubectl --kubeconfig ${kubeconfigOf(lab.name)} get pods --all-namespaces`,
        ...(lab.demo.enabled ? [`curl http://${nodes.at(-1)?.address}:${lab.demo.nodePort}/`] : []),
      ],
    };
  } finally {
    // Refused, or undone: not even the lock stays.
    lock.release({ remove: (await readRecord(lab.name)) === undefined });
    await removeSharedRoots();
  }
}

/** Answers whether the agent's image, and with it the datapath, had to be built. */
async function make(
  lab: ResolvedLab,
  { record: before, connection, facts, images }: Prepared,
  options: CreateOptions,
  context: LabContext,
  startedAtMs: number,
): Promise<boolean> {
  const { exec, log, signal } = context;
  const { network } = facts.nodeContainers;
  const isBuiltHere = network !== '' || lab.existing.registry !== '';
  const isCold = isBuiltHere && (await imageId(exec, images.agent.reference)) === undefined;
  const references = Object.values(images).map(({ reference }) => reference);
  const begun: ExistingRecord = {
    schema: ownerSchema,
    lab: lab.name,
    runtime: 'existing',
    bootId: currentBootId(),
    createdAt: before?.createdAt ?? new Date().toISOString(),
    phase: 'creating',
    resolved: lab,
    images: [...new Set([...(before?.images ?? []), ...(isBuiltHere ? references : [])])],
    nodes: facts.nodes.map(({ metadata }) => metadata.name),
    server: connection.server,
    context: connection.context,
    network,
  };
  const kubeconfig = kubeconfigOf(lab.name);
  await begin(lab.name, before === undefined, async () => {
    await privateDirectory(labPaths(lab.name).state);
    await writeAtomic(kubeconfig, connection.text);
    await writeOwnerRecord(begun);
  });
  const kubectl = kubectlFor(exec, kubeconfig);
  const up: ExistingUp = {
    ...{ lab, exec, log, signal, kubeconfig, kubectl, images, facts, network },
    archive: imageArchive(exec),
    // Asked anew: a node may have joined meanwhile.
    nodeContainers: async () => {
      const { items } = await kubectl.json<{ items: readonly Node[] }>(['get', 'nodes']);
      return (await findNodeContainers(exec, items)).containers;
    },
    // With kube-proxy the Service of the API server works by itself.
    ...(lab.kubeProxyMode === 'none' && facts.apiServer !== undefined ? { apiServer: facts.apiServer } : {}),
  };
  try {
    await context.progress(existingSteps, up);
    const seconds = Math.round(Date.now() - startedAtMs) / 1000;
    await writeOwnerRecord({ ...begun, phase: 'ready', seconds });
    return isCold;
  } catch (error) {
    await clearUp(begun, before !== undefined, options, context);
    throw engineError(error) ?? error;
  } finally {
    await up.archive.remove();
  }
}

/** After a failure: keeps what explains it, then undoes everything; a lab that was up is left as it is. */
async function clearUp(
  begun: ExistingRecord,
  wasUp: boolean,
  options: CreateOptions,
  context: LabContext,
): Promise<void> {
  const { lab } = begun;
  await tellEvidence(lab, context);
  try {
    if (options.retain === true || wasUp) {
      await writeOwnerRecord({ ...begun, phase: 'retained' });
      context.log.warn(`lab ${lab} is kept as it is; labctl down --name ${lab} removes it`);
    } else await removeExistingLab(lab, context);
  } catch (error) {
    // The failure itself is what the caller must see.
    context.log.error(`clearing up: ${messageOf(error)}; labctl down --name ${lab} tries again`);
  }
}
