import { environmentError, messageOf } from '../../core/errors.ts';
import { hasNetwork, imageId, requireDocker } from '../../platform/docker.ts';
import { engineError } from '../../platform/engine-error.ts';
import { kindNetwork, kindNodes } from '../../platform/kind.ts';
import { kubectlFor } from '../../platform/kubectl.ts';
import { beforeMerge, userKubeconfig } from '../../platform/user-kubeconfig.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { removeSharedRoots } from '../../runtime/netns/index.ts';
import type { LabContext } from '../context.ts';
import type { CreateOptions, CreateReport } from '../create.ts';
import { lockLab } from '../lock.ts';
import {
  currentBootId,
  type KindRecord,
  ownerSchema,
  readRecord,
  writeOwnerRecord,
} from '../owner-record.ts';
import { requireConsent } from '../plan.ts';
import { isInPath } from '../preflight.ts';
import { begin } from './begin.ts';
import { type ClusterUp, contextOf, type KindUp, kubeconfigOf } from './context.ts';
import { tellEvidence } from './evidence.ts';
import { imageArchive } from './image-archive.ts';
import { agentImage, labImage } from './images.ts';
import type { Installation } from './installation.ts';
import { refuseForeignCluster } from './ownership.ts';
import { planKindLab } from './plan.ts';
import { kindSteps } from './steps/index.ts';
import { removeKindLab } from './teardown.ts';

const tools = ['docker', 'kind', 'helm', 'kubectl'] as const;

const ownDatapath: Installation<KindUp> = {
  plan: planKindLab,
  images: async (lab) => {
    const [agent, demo] = await Promise.all([agentImage(lab), labImage('demo')]);
    return { agent, demo };
  },
  context: (up) => up,
  steps: kindSteps,
  recorded: {},
};

/** Brings a lab with labctl's own datapath up on kind, or changes the one that is up into what is asked for. */
export const createKindLab = (
  lab: ResolvedLab,
  options: CreateOptions,
  context: LabContext,
): Promise<CreateReport> => createOnKind(lab, ownDatapath, options, context);

/** The same with anybody's datapath. */
export async function createOnKind<C extends ClusterUp>(
  lab: ResolvedLab,
  installation: Installation<C>,
  options: CreateOptions,
  context: LabContext,
): Promise<CreateReport> {
  const startedAtMs = options.startedAtMs ?? Date.now();
  await requireTools(context);
  const lock = await lockLab(lab.name, 'up');
  try {
    await refuseForeignCluster(context.exec, lab.name);
    const plan = await installation.plan(lab);
    requireConsent(plan, options.recreate === true);
    for (const line of plan.text) context.log.info(line);
    await installation.agree?.(plan);
    if (plan.action === 'recreate' || plan.action === 'clean') await removeKindLab(lab.name, context);
    const isCold = plan.action !== 'none' && (await make(lab, installation, options, context, startedAtMs));
    const nodes = await kindNodes(context.exec, lab.name);
    const addresses = nodes.map(({ name, addresses }) => ({
      name,
      address: Object.values(addresses)[0] ?? '',
    }));
    const worker = addresses.at(-1);
    return {
      lab: lab.name,
      runtime: 'kind',
      profile: lab.profile,
      action: plan.action,
      changes: plan.changes,
      seconds: Math.round(Date.now() - startedAtMs) / 1000,
      cold: isCold,
      nodes: addresses,
      hostAddress: '',
      try: [
        `labctl verify --name ${lab.name}`,
        `kubectl --context ${contextOf(lab.name)} get pods --all-namespaces`,
        ...(lab.demo.enabled ? [`curl http://${worker?.address}:${lab.demo.nodePort}/`] : []),
      ],
    };
  } finally {
    // Refused, or undone: not even the lock stays.
    lock.release({ remove: (await readRecord(lab.name)) === undefined });
    await removeSharedRoots();
  }
}

/** Answers whether the agent's image, and with it the datapath, had to be built. */
async function make<C extends ClusterUp>(
  lab: ResolvedLab,
  installation: Installation<C>,
  options: CreateOptions,
  context: LabContext,
  startedAtMs: number,
): Promise<boolean> {
  const images = await installation.images(lab);
  const { agent } = images;
  const isCold = agent !== undefined && (await imageId(context.exec, agent.reference)) === undefined;
  const references = Object.values(images).map(({ reference }) => reference);
  const before = await readRecord(lab.name);
  const begun: KindRecord = {
    schema: ownerSchema,
    lab: lab.name,
    runtime: 'kind',
    bootId: currentBootId(),
    createdAt: before?.createdAt ?? new Date().toISOString(),
    phase: 'creating',
    resolved: lab,
    madeNetwork: madeNetworkOf(before) || !(await hasNetwork(context.exec, kindNetwork())),
    images: [...new Set([...imagesOf(before), ...references])],
    merged: mergedOf(before) ?? (await beforeMerge(await userKubeconfig())),
    ...installation.recorded,
  };
  await begin(lab.name, before === undefined, () => writeOwnerRecord(begun));
  const kubeconfig = kubeconfigOf(lab.name);
  const up = installation.context({
    lab,
    exec: context.exec,
    log: context.log,
    signal: context.signal,
    kubeconfig,
    kubectl: kubectlFor(context.exec, kubeconfig),
    images,
    archive: imageArchive(context.exec),
    nodeContainers: () => kindNodes(context.exec, lab.name),
    network: kindNetwork(),
    ...(begun.merged === undefined ? {} : { merged: begun.merged }),
  });
  try {
    await context.progress(installation.steps, up);
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

const imagesOf = (record: Awaited<ReturnType<typeof readRecord>>): readonly string[] =>
  record?.runtime === 'kind' ? record.images : [];
const mergedOf = (record: Awaited<ReturnType<typeof readRecord>>): KindRecord['merged'] =>
  record?.runtime === 'kind' ? record.merged : undefined;
const madeNetworkOf = (record: Awaited<ReturnType<typeof readRecord>>): boolean =>
  record?.runtime === 'kind' && record.madeNetwork;

/** After a failure: keeps what explains it, then undoes everything; a lab that was up is left as it is. */
async function clearUp(
  begun: KindRecord,
  wasUp: boolean,
  options: CreateOptions,
  context: LabContext,
): Promise<void> {
  await tellEvidence(begun.lab, context);
  try {
    if (options.retain === true || wasUp) {
      await writeOwnerRecord({ ...begun, phase: 'retained' });
      context.log.warn(`lab ${begun.lab} is kept as it is; labctl down --name ${begun.lab} removes it`);
    } else await removeKindLab(begun.lab, context);
  } catch (error) {
    // The failure itself is what the caller must see.
    context.log.error(`clearing up: ${messageOf(error)}; labctl down --name ${begun.lab} tries again`);
  }
}

async function requireTools({ exec }: LabContext): Promise<void> {
  const missing = tools.filter((tool) => !isInPath(tool));
  if (missing.length > 0) {
    throw environmentError('E_PREFLIGHT', `runtime kind needs ${missing.join(', ')}`, {
      fix: `install ${missing.join(', ')}, or use --runtime netns`,
      details: { missing },
    });
  }
  await requireDocker(exec);
}
