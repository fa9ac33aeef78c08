import type { DatapathConfig, NetworkConfig } from '../core/agent-config.ts';
import type { ProfileName } from '../profile/profile.ts';
import type { Runtime, RuntimeName } from '../runtime/port.ts';
import type { CiliumView } from './cilium/view.ts';
import type { KernelView } from './kernel/view.ts';
import type { Prober } from './probe/prober.ts';
import type { Subjects } from './subjects.ts';

export type CheckKind = 'connectivity' | 'claim';
/** `failed`: seen otherwise than expected. `error`: could not be looked at. Neither is ever passed over. */
export type CheckStatus = 'passed' | 'failed' | 'skipped' | 'error';

/** One row that a reader can repeat: what was looked at, what should be seen, what was, and by which command. */
export interface Evidence {
  readonly what: string;
  readonly expected: string;
  readonly observed: string;
  readonly command: string;
  readonly ok: boolean;
}

/** What checks know of a lab. A resolved lab satisfies it. */
export interface VerifyLab {
  readonly name: string;
  readonly profile: ProfileName;
  readonly datapath: DatapathConfig;
  readonly network: Pick<
    NetworkConfig,
    'podCIDR' | 'serviceCIDR' | 'nativeRoutingCIDR' | 'nodePortRange' | 'mtu'
  >;
  /** Where Cilium is what moves its packets. */
  readonly cilium?: { readonly version: string };
}

export interface CheckContext {
  readonly runtime: Runtime;
  readonly lab: VerifyLab;
  readonly subjects: Subjects;
  readonly prober: Prober;
  readonly kernel: KernelView;
  /** In labs whose packets Cilium moves; the kernel view finds nothing of labctl's there. */
  readonly cilium?: CiliumView;
  readonly signal: AbortSignal;
}

/** What a check needs of the lab and its runtime; where it lacks it the check is skipped with the reason. */
export type Need = 'client' | 'world' | 'outside-cgroup' | 'other-node';

/** A check is data. It passes when every row of its evidence is ok and there is at least one. */
export interface Check {
  readonly id: string;
  readonly kind: CheckKind;
  /** What holds when it passes, as one sentence. */
  readonly sentence: string;
  /** Profiles whose datapath it is true of; of others it is absent, not skipped. */
  readonly profiles: readonly ProfileName[];
  readonly needs: readonly Need[];
  /** Runtimes that have what it is about, all where it is left out; in others it is absent, not skipped. */
  readonly runtimes?: readonly RuntimeName[];
  /** Reads counters or captures that other traffic would disturb: runs alone. */
  readonly exclusive?: boolean;
  /** Part of the short run at the end of `up`. */
  readonly quick?: boolean;
  readonly limitMs?: number;
  /** Compares nodes with what the cluster wants, which they follow within so long: asked again meanwhile. */
  readonly settleMs?: number;
  readonly run: (context: CheckContext) => Promise<readonly Evidence[]>;
}

export interface CheckResult {
  readonly id: string;
  readonly kind: CheckKind;
  readonly sentence: string;
  readonly status: CheckStatus;
  /** Why it did not pass: the first row that differs, the skip's reason, the error's message. */
  readonly reason?: string;
  readonly durationMs: number;
  readonly evidence: readonly Evidence[];
}

export const everyProfile: readonly ProfileName[] = ['kube-proxy', 'kpr', 'ebpf'];
