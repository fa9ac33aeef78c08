import type { Release } from '../../platform/helm.ts';
import type { ClusterUp } from '../kind/context.ts';
import type { ProbeTold } from './live-probe.ts';

/** What the steps of `up --cni cilium` share. */
export interface CiliumUp extends ClusterUp {
  readonly release: Release;
  /** What the chart asks for, by the engine's names. */
  readonly ciliumImages: readonly string[];
  /** `DaemonSet/cilium` and all others whose pods must be ready. */
  readonly workloads: readonly string[];
  /** Where a lab that is up is changed. */
  readonly change?: ReleaseChange;
}

export interface ReleaseChange {
  /** Agents read cilium-config at their start only. */
  readonly needsRestart: boolean;
  /** Told what requests saw meanwhile. */
  readonly told: (probes: readonly ProbeTold[]) => void;
}
