import { setMaxListeners } from 'node:events';
import { failure } from '../core/errors.ts';
import type { ProfileName } from '../profile/profile.ts';
import type { Runtime, RuntimeName } from '../runtime/port.ts';
import { activeMode } from './active-mode.ts';
import { catalogue } from './catalogue.ts';
import type { CheckContext, CheckResult, VerifyLab } from './check.ts';
import { runChecks } from './engine/run.ts';
import { type Selection, select } from './engine/select.ts';
import committed from './ids.json' with { type: 'json' };
import { viewKernel } from './kernel/view.ts';
import { makeProber } from './probe/prober.ts';
import { makeReport, type Report, requestedMode } from './report/report.ts';
import { findSubjects } from './subjects.ts';

export interface VerifyOptions extends Selection {
  readonly signal?: AbortSignal;
  readonly onResult?: (result: CheckResult) => void;
}

/**
 * Runs the checks of the lab's profile and reports them with the mode that the kernel shows.
 * Throws E_NO_CHECK for patterns that match nothing, before anything is started.
 */
export async function verify(runtime: Runtime, lab: VerifyLab, options: VerifyOptions): Promise<Report> {
  const started = performance.now();
  const checks = select(catalogue, { profile: lab.profile, runtime: runtime.name }, options);
  const signal = AbortSignal.any(options.signal === undefined ? [] : [options.signal]);
  // Every check listens to it while it runs.
  setMaxListeners(0, signal);
  const subjects = await findSubjects(runtime.cluster, runtime.nodes, { signal });
  const kernel = viewKernel(runtime);
  const evidence = await Promise.all(runtime.nodes.map(({ name }) => kernel.node(name)));
  const prober = makeProber(runtime, signal);
  const context: CheckContext = { runtime, lab, subjects, prober, kernel, signal };
  try {
    const results = await runChecks(checks, context, options);
    return makeReport({
      lab,
      runtime: runtime.name,
      active: activeMode(evidence, requestedMode(lab)),
      checks: results,
      durationMs: performance.now() - started,
    });
  } finally {
    await prober.stop();
  }
}

/** The committed list of a lab's check ids: a check that vanishes from the code is then missed. */
export function checkIds(profile: ProfileName, runtime: RuntimeName = 'netns'): readonly string[] {
  const groups: Readonly<Record<string, readonly string[]>> = committed;
  const own = groups[profile];
  if (own === undefined) throw failure('E_CHECK_IDS', `no list of check ids for profile ${profile}`);
  const kubernetes = runtime === 'netns' ? [] : (groups.kubernetes ?? []);
  return [...(groups.connectivity ?? []), ...kubernetes, ...own];
}
