import type { ResolvedLab } from '../../../profile/resolved-lab.ts';
import { labLabel, systemNamespace } from '../../kind/context.ts';
import type { LabImage } from '../../kind/images.ts';
import type { ClusterFacts, ClusterNode, WorkloadSet } from '../facts.ts';

/** Why a cluster does not take a lab, and what mends it. */
export interface Refusal {
  readonly what: string;
  readonly fix: string;
}

export interface Question {
  readonly lab: ResolvedLab;
  readonly facts: ClusterFacts;
  readonly images: readonly Pick<LabImage, 'reference'>[];
}

/** One need of a lab. `judge` answers nothing where it is met. */
export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly need: string;
  readonly judge: (question: Question) => readonly Refusal[];
}

/** Whether the lab's agents are what holds the CNI slot. */
export const isOurs = ({ namespaces }: ClusterFacts, { name }: Pick<ResolvedLab, 'name'>): boolean =>
  namespaces.some(
    ({ metadata }) => metadata.name === systemNamespace && metadata.labels?.[labLabel] === name,
  );

export const placeOf = ({ metadata }: WorkloadSet): string => `${metadata.namespace}/${metadata.name}`;

export const readyOf = ({ status }: ClusterNode) => status?.conditions?.find(({ type }) => type === 'Ready');
