import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import type { KindRecord } from '../owner-record.ts';
import type { LabPlan } from '../plan.ts';
import type { ClusterUp, KindStep } from './context.ts';

/** Whose datapath the nodes of a kind cluster get, and how: all in which such labs differ. */
export interface Installation<C extends ClusterUp> {
  /** Reads only. */
  readonly plan: (lab: ResolvedLab) => Promise<LabPlan>;
  /** Asked before anything is changed; throws where the user does not agree to the plan. */
  readonly agree?: (plan: LabPlan) => Promise<void>;
  readonly images: (lab: ResolvedLab) => Promise<C['images']>;
  readonly context: (up: ClusterUp & { readonly images: C['images'] }) => C;
  /** In their order; `down` undoes the steps of labctl's own datapath, which are all that reach out of the cluster. */
  readonly steps: readonly KindStep<C>[];
  /** What the record keeps of it. */
  readonly recorded: Pick<KindRecord, 'cilium'>;
}
