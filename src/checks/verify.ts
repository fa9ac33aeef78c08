import { setMaxListeners } from 'node:events';
import { failure } from '../core/errors.ts';
import type { ProfileName } from '../profile/profile.ts';
import type { Runtime, RuntimeName } from '../runtime/port.ts';
import { activeMode } from './active-mode.ts';
import { catalogue } from './catalogue.ts';
import type { CheckContext, VerifyLab } from './check.ts';
import { ciliumMode } from './cilium/active-mode.ts';
import { ciliumCatalogue } from './cilium/catalogue.ts';
import { type CiliumView, viewCilium } from './cilium/view.ts';
import { type RunOptions, runChecks } from './engine/run.ts';
import { type Selection, select } from './engine/select.ts';
import committed from './ids.json' with { type: 'json' };
import { type KernelView, viewKernel } from './kernel/view.ts';
import { makeProber } from './probe/prober.ts';
import { type ActiveMode, makeReport, type Report, requestedMode } from './report/report.ts';
import { findSubjects } from './subjects.ts';

export interface VerifyOptions extends Selection, Pick<RunOptions, 'onResult' | 'settleMs'> {
  readonly signal?: AbortSignal;
}

/**
 * Runs the checks of the lab's profile and reports them with the mode that the kernel shows.
 * Throws E_NO_CHECK for patterns that match nothing, before anything is started.
 */
export async function verify(runtime: Runtime, lab: VerifyLab, options: VerifyOptions): Promise<Report> {
  const started = performance.now();
  const checks = select(
    lab.cilium === undefined ? catalogue : ciliumCatalogue,
    { profile: lab.profile, runtime: runtime.name },
    options,
  );
  const signal = AbortSignal.any(options.signal === undefined ? [] : [options.signal]);
  // Every check listens to it while it runs.
  setMaxListeners(0, signal);
  const subjects = await findSubjects(runtime.cluster, runtime.nodes, { signal });
  const kernel = viewKernel(runtime);
  const cilium = lab.cilium === undefined ? undefined : viewCilium(runtime, lab.cilium.version);
  const active = await activeModeOf(runtime, lab, kernel, cilium);
  const prober = makeProber(runtime, signal);
  const context: CheckContext = { runtime, lab, subjects, prober, kernel, signal, ...(cilium && { cilium }) };
  try {
    const results = await runChecks(checks, context, options);
    return makeReport({
      lab,
      runtime: runtime.name,
      active,
      checks: results,
      durationMs: performance.now() - started,
    });
  } finally {
    await prober.stop();
  }
}

/** The committed list of a lab's check ids: a check that vanishes from the code is then missed. */
export function checkIds(
  profile: ProfileName,
  runtime: RuntimeName = 'netns',
  cni: 'labctl' | 'cilium' = 'labctl',
): readonly string[] {
  const groups: Readonly<Record<string, readonly string[]>> = committed;
  const own = cni === 'cilium' ? ciliumIds(groups, profile) : groups[profile];
  if (own === undefined) throw failure('E_CHECK_IDS', `no list of check ids for profile ${profile}`);
  const kubernetes = runtime === 'netns' ? [] : (groups.kubernetes ?? []);
  const absent = cni === 'cilium' && profile !== 'kube-proxy' ? groups['cilium.outside-cgroup'] : [];
  const connectivity = (groups.connectivity ?? []).filter((id) => !absent?.includes(id));
  return [...connectivity, ...kubernetes, ...own];
}

/** Of labctl's own datapath the kernel tells the mode, of Cilium its agents do. */
async function activeModeOf(
  runtime: Runtime,
  lab: VerifyLab,
  kernel: KernelView,
  cilium: CiliumView | undefined,
): Promise<ActiveMode> {
  const requested = requestedMode(lab);
  if (cilium !== undefined) return ciliumMode(runtime, cilium, requested);
  const evidence = await Promise.all(runtime.nodes.map(({ name }) => kernel.node(name)));
  return activeMode(evidence, requested);
}

const ciliumIds = (
  groups: Readonly<Record<string, readonly string[]>>,
  profile: ProfileName,
): readonly string[] | undefined => {
  const own = groups[`cilium.${profile}`];
  return own && [...(groups.cilium ?? []), ...own];
};
