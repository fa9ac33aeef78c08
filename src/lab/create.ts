import { messageOf } from '../core/errors.ts';
import { labPaths } from '../core/paths.ts';
import { openClusterDir } from '../platform/cluster-dir.ts';
import { execLean } from '../platform/exec-lean.ts';
import type { ResolvedLab } from '../profile/resolved-lab.ts';
import { openNetnsRuntime, removeSharedRoots } from '../runtime/netns/index.ts';
import { change } from './change.ts';
import type { Compiled, LabContext, UpContext } from './context.ts';
import type { Difference } from './difference.ts';
import { keepEvidence } from './evidence.ts';
import { layoutOf } from './layout-of.ts';
import { lockAllocation, lockLab } from './lock.ts';
import { pickNodeNetwork } from './node-network.ts';
import { currentBootId, type OwnerRecord, ownerSchema, writeOwnerRecord } from './owner-record.ts';
import { type Action, type LabPlan, planLab, requireConsent } from './plan.ts';
import { preflight } from './preflight.ts';
import { runCompile } from './steps/compile.ts';
import { createSteps } from './steps/index.ts';
import { removeEverything } from './teardown.ts';

export interface CreateOptions {
  /** Keep what was made when something fails. */
  readonly retain?: boolean;
  /** Take the lab down first where a change needs that. */
  readonly recreate?: boolean;
  /** When the program started, for the time that it reports; milliseconds of the epoch. */
  readonly startedAtMs?: number;
}

export interface CreateReport {
  readonly lab: string;
  readonly runtime: 'netns' | 'kind' | 'existing';
  readonly profile: string;
  readonly action: Action;
  readonly changes: readonly Difference[];
  /** From the program's start to the first answer of a Service. */
  readonly seconds: number;
  /** clang had to run. */
  readonly cold: boolean;
  readonly nodes: readonly { readonly name: string; readonly address: string }[];
  readonly hostAddress: string;
  /** What to do next, one line each. */
  readonly try: readonly string[];
}

/** Brings a lab up, or changes the one that is up into what is asked for. */
export async function createLab(
  lab: ResolvedLab,
  options: CreateOptions,
  context: LabContext,
): Promise<CreateReport> {
  const startedAtMs = options.startedAtMs ?? Date.now();
  preflight();
  const lock = await lockLab(lab.name, 'up');
  try {
    const plan = await planLab(lab);
    requireConsent(plan, options.recreate === true);
    for (const line of plan.text) context.log.info(line);
    if (plan.action === 'recreate' || plan.action === 'clean') {
      await removeEverything({ lab: lab.name, exec: context.exec }, context);
    }
    const isNew = plan.action !== 'none' && plan.action !== 'repair' && plan.action !== 'change';
    if (isNew) return report(await make(lab, options, context, startedAtMs), plan);
    const record = await change(lab, plan, context);
    return report({ record, cold: false, seconds: secondsSince(startedAtMs) }, plan);
  } finally {
    lock.release({ remove: true });
    // The lock itself kept the directory of all labs.
    await removeSharedRoots();
  }
}

interface Made {
  readonly record: OwnerRecord;
  readonly cold: boolean;
  readonly seconds: number;
}

async function make(
  lab: ResolvedLab,
  options: CreateOptions,
  context: LabContext,
  startedAtMs: number,
): Promise<Made> {
  const begun = await beginRecord(lab, context);
  let compiling: Promise<Compiled> | undefined;
  const compiled = (): Promise<Compiled> => {
    compiling ??= runCompile(context.exec, lab.name);
    return compiling;
  };
  const layout = layoutOf(lab, begun.nodeCIDR);
  let servesAfter: number | undefined;
  try {
    const store = await openClusterDir(labPaths(lab.name).cluster, { log: context.log });
    const up: UpContext = {
      lab,
      layout,
      store,
      runtime: openNetnsRuntime(layout, store, execLean),
      exec: context.exec,
      log: context.log,
      signal: context.signal,
      compiled,
      serves: () => {
        servesAfter = secondsSince(startedAtMs);
      },
    };
    await context.progress(createSteps, up);
    const seconds = servesAfter ?? secondsSince(startedAtMs);
    const record = { ...begun, phase: 'ready' as const, seconds };
    await writeOwnerRecord(record);
    return { record, cold: !(await compiled()).warm, seconds };
  } catch (error) {
    await clearUp(begun, options, context);
    throw error;
  }
}

/** The record is on disk before anything is made, and before another `up` looks for a free network. */
async function beginRecord(lab: ResolvedLab, context: LabContext): Promise<OwnerRecord> {
  const lock = await lockAllocation();
  try {
    const begun: OwnerRecord = {
      schema: ownerSchema,
      lab: lab.name,
      runtime: 'netns',
      bootId: currentBootId(),
      createdAt: new Date().toISOString(),
      phase: 'creating',
      resolved: lab,
      nodeCIDR: await pickNodeNetwork(context.exec, lab),
    };
    await writeOwnerRecord(begun);
    return begun;
  } finally {
    lock.release({ remove: true });
  }
}

/**
 * After a failure: keeps what explains it, then undoes everything, or leaves it all with `--retain`. An
 * interruption explains itself.
 */
async function clearUp(begun: OwnerRecord, options: CreateOptions, context: LabContext): Promise<void> {
  if (!context.signal.aborted) {
    const evidence = await keepEvidence(begun.lab);
    context.log.warn(`what explains the failure is kept in ${evidence}`);
  }
  if (options.retain === true) {
    await writeOwnerRecord({ ...begun, phase: 'retained' });
    context.log.warn(`lab ${begun.lab} is kept as it is; labctl down --name ${begun.lab} removes it`);
    return;
  }
  try {
    await removeEverything({ lab: begun.lab, exec: execLean }, context);
  } catch (error) {
    // The failure itself is what the caller must see.
    context.log.error(`clearing up: ${messageOf(error)}; labctl down --name ${begun.lab} tries again`);
  }
}

async function report({ record, cold, seconds }: Made, plan: LabPlan): Promise<CreateReport> {
  const { lab, resolved } = record;
  const layout = layoutOf(resolved, record.nodeCIDR);
  const worker = layout.nodes.at(-1);
  return {
    lab,
    runtime: 'netns',
    profile: resolved.profile,
    action: plan.action,
    changes: plan.changes,
    seconds,
    cold,
    nodes: layout.nodes.map(({ name, address }) => ({ name, address })),
    hostAddress: layout.host.address,
    try: [
      `labctl verify --name ${lab}`,
      ...(resolved.demo.enabled ? [`curl http://${worker?.address}:${resolved.demo.nodePort}/`] : []),
      `labctl exec --name ${lab} ${worker?.name} -- ip -br address`,
    ],
  };
}

const secondsSince = (startedAtMs: number): number => Math.round(Date.now() - startedAtMs) / 1000;
