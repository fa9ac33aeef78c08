import { LabError, messageOf } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import type { ProfileName } from '../../profile/profile.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { ciliumFindings } from '../cilium/findings.ts';
import type { CiliumRequest } from '../cilium/request.ts';
import { agentFindings } from './agent-findings.ts';
import { clusterFindings } from './cluster-findings.ts';
import { containerProbes } from './container-probes.ts';
import { hostProbes } from './host-probes.ts';
import { kernelProbes } from './kernel-probes.ts';
import { netfilterProbes } from './netfilter-probes.ts';
import { packageProbes } from './package-probes.ts';
import { readPackages } from './packages.ts';
import type { DoctorRuntime, Probe, ProbeContext, Seen } from './probe.ts';

export interface Finding {
  readonly id: string;
  readonly title: string;
  readonly need: string;
  readonly state: 'ok' | 'failed';
  readonly saw: string;
  /** Only where it failed. */
  readonly fix?: string;
}
export interface DoctorReport {
  readonly runtime: DoctorRuntime;
  /** Null: what any profile needs. */
  readonly profile: ProfileName | null;
  readonly fit: boolean;
  readonly failed: number;
  readonly findings: readonly Finding[];
}

export interface Examination {
  readonly runtime: DoctorRuntime;
  readonly profile?: ProfileName;
  /** Runtime existing: what the cluster is to take. */
  readonly lab?: ResolvedLab;
  /** Where it is to be Cilium's datapath. */
  readonly cilium?: CiliumRequest;
}

/** Tries everything that labs of this runtime and profile need. The machine is left as it was. */
export async function examine(
  { runtime, profile, lab, cilium }: Examination,
  { exec, signal }: { readonly exec: Exec; readonly signal: AbortSignal },
): Promise<DoctorReport> {
  const packages = await readPackages();
  const context: ProbeContext = {
    packages,
    exec: (file, args, options) => exec(file, args, { signal, ...options }),
  };
  const probes = [
    ...packageProbes(packages),
    ...hostProbes,
    ...kernelProbes,
    ...netfilterProbes,
    ...containerProbes,
  ];
  const findings: Finding[] = [];
  for (const probe of probes.filter((each) => concerns(each, runtime, profile))) {
    findings.push(await tryProbe(probe, context));
  }
  if (runtime === 'netns') findings.push(...(await agentFindings(context)));
  if (lab !== undefined) findings.push(...(await clusterFindings(context, lab)));
  if (cilium !== undefined) findings.push(...(await ciliumOrEngine(context, cilium)));
  const failed = findings.filter((finding) => finding.state === 'failed').length;
  return { runtime, profile: profile ?? null, fit: failed === 0, failed, findings };
}

/** That no engine answers is a finding of its own already. */
async function ciliumOrEngine({ exec }: ProbeContext, cilium: CiliumRequest): Promise<readonly Finding[]> {
  try {
    return await ciliumFindings(exec, cilium);
  } catch (error) {
    if (error instanceof LabError && error.code === 'E_DOCKER') return [];
    throw error;
  }
}

const concerns = (probe: Probe, runtime: DoctorRuntime, profile: ProfileName | undefined): boolean =>
  probe.runtimes.includes(runtime) &&
  (profile === undefined || probe.profiles === undefined || probe.profiles.includes(profile));

async function tryProbe(probe: Probe, context: ProbeContext): Promise<Finding> {
  const seen = await probe.run(context).catch((error: unknown): Seen => {
    if (!(error instanceof LabError)) throw error;
    return { ok: false, saw: messageOf(error) };
  });
  const { id, title, need } = probe;
  if (seen.ok) return { id, title, need, state: 'ok', saw: seen.saw };
  const advice = typeof probe.fix === 'string' ? probe.fix : probe.fix(context);
  return { id, title, need, state: 'failed', saw: seen.saw, fix: seen.fix ?? advice };
}
