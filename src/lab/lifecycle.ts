import { conflict, LabError } from '../core/errors.ts';
import type { Exec } from '../core/exec.ts';
import { isLabName } from '../core/lab-name.ts';
import { execLean } from '../platform/exec-lean.ts';
import type { ResolvedLab } from '../profile/resolved-lab.ts';
import type { KindRuntime } from '../runtime/kind/index.ts';
import type { NetnsRuntime } from '../runtime/netns/index.ts';
import { chooseRuntime } from './choose-runtime.ts';
import type { LabContext } from './context.ts';
import type { CreateOptions, CreateReport } from './create.ts';
import type { DestroyReport } from './destroy.ts';
import type { LabLog } from './logs.ts';
import type { AnyRecord } from './owner-record.ts';
import { readRecord } from './owner-record.ts';
import type { LabPlan } from './plan.ts';
import { isInPath } from './preflight.ts';
import type { LabStatus } from './status.ts';

/** What commands ask of a lab, whatever its nodes are made of. */
export interface Lifecycle {
  readonly plan: (lab: ResolvedLab) => Promise<LabPlan>;
  readonly create: (lab: ResolvedLab, options: CreateOptions, context: LabContext) => Promise<CreateReport>;
  readonly destroy: (name: string, options: DestroyOptions, context: LabContext) => Promise<DestroyReport>;
  readonly open: (name: string) => Promise<OpenLab>;
  readonly status: (name: string) => Promise<LabStatus>;
  readonly logs: (name: string, target?: string, options?: LogOptions) => Promise<LabLog[]>;
}
export interface LogOptions {
  readonly tail?: number;
}
export interface DestroyOptions {
  readonly dryRun?: boolean;
  /** Asked before what is not the lab's own suffers; without it, or when it says no, nothing is done. */
  readonly consent?: (question: string) => Promise<boolean>;
}
/** A lab that is up. */
export interface OpenLab {
  readonly name: string;
  readonly resolved: ResolvedLab;
  readonly record: AnyRecord;
  readonly runtime: NetnsRuntime | KindRuntime;
}

type BuiltRuntime = AnyRecord['runtime'];

/** One row per runtime; its code is loaded when it is asked for. */
const lifecycles: Readonly<Record<BuiltRuntime, () => Promise<Lifecycle>>> = {
  netns: async () => {
    const [{ planLab }, { createLab }, { destroyLab }, { openLab }, { labStatus }, { labLogs }] =
      await Promise.all([
        import('./plan.ts'),
        import('./create.ts'),
        import('./destroy.ts'),
        import('./open.ts'),
        import('./status.ts'),
        import('./logs.ts'),
      ]);
    return {
      plan: planLab,
      create: createLab,
      destroy: destroyLab,
      open: openLab,
      status: labStatus,
      logs: labLogs,
    };
  },
  kind: async () => {
    const { createKindLab, destroyKindLab, kindLogs, kindStatus, openKindLab, planKindLab } = await import(
      './kind/index.ts'
    );
    return {
      plan: planKindLab,
      create: createKindLab,
      destroy: destroyKindLab,
      open: openKindLab,
      status: kindStatus,
      logs: kindLogs,
    };
  },
  existing: async () => {
    const [existing, { kindLogs }] = await Promise.all([
      import('./existing/index.ts'),
      import('./kind/index.ts'),
    ]);
    return {
      plan: existing.planExistingLab,
      create: existing.createExistingLab,
      destroy: existing.destroyExistingLab,
      open: existing.openExistingLab,
      status: existing.existingStatus,
      logs: kindLogs,
    };
  },
};

export async function planLab(lab: ResolvedLab): Promise<LabPlan> {
  const { runtime } = await decide(lab, execLean);
  return (await lifecycles[runtime]()).plan(lab);
}

export const createLab: Lifecycle['create'] = async (lab, options, context) => {
  const { runtime, why } = await decide(lab, context.exec);
  if (why !== undefined) context.log.info(`runtime ${runtime}: ${why}`);
  return (await lifecycles[runtime]()).create(lab, options, context);
};

export const destroyLab: Lifecycle['destroy'] = async (name, options, context) =>
  (await forRemains(name, context)).destroy(name, options, context);

export const openLab: Lifecycle['open'] = async (name) => (await forName(name)).open(name);

export const labStatus: Lifecycle['status'] = async (name) => (await forName(name)).status(name);

export const labLogs: Lifecycle['logs'] = async (name, target, options) =>
  (await forName(name)).logs(name, target, options);

/** The runtime asked for. A lab keeps the one that it was made with. */
async function decide({ name, runtime }: ResolvedLab, exec: Exec): Promise<Decision> {
  const present = (await readRecord(name))?.runtime;
  if (present !== undefined && runtime !== 'auto' && runtime !== present) {
    throw conflict('E_RUNTIME', `lab ${name} is up on runtime ${present}`, {
      fix: `labctl down --name ${name} first, or choose another --name`,
    });
  }
  if (present !== undefined) return { runtime: present };
  return runtime === 'auto' ? await chooseRuntime(exec) : { runtime };
}

interface Decision {
  readonly runtime: BuiltRuntime;
  /** Where it was not asked for. */
  readonly why?: string;
}

async function forName(name: string): Promise<Lifecycle> {
  return lifecycles[(await recordOrNone(name))?.runtime ?? 'netns']();
}

/** Where the record is lost, a cluster that carries the lab's label is still ours to remove. */
async function forRemains(name: string, { exec }: LabContext): Promise<Lifecycle> {
  if ((await recordOrNone(name)) !== undefined || !isLabName(name) || !isInPath('docker'))
    return forName(name);
  const { clusterOwnership } = await import('./kind/index.ts');
  const ownership = await clusterOwnership(exec, name).catch(() => 'none');
  return lifecycles[ownership === 'ours' ? 'kind' : 'netns']();
}

/** A damaged record is no reason to leave a lab standing: namespaces are found by name. */
async function recordOrNone(name: string): Promise<AnyRecord | undefined> {
  if (!isLabName(name)) return undefined;
  try {
    return await readRecord(name);
  } catch (error) {
    if (error instanceof LabError) return undefined;
    throw error;
  }
}
