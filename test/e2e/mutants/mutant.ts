import type { ProfileName } from '../../../src/profile/profile.ts';
import type { LiveLab } from '../support/lab.ts';

/** A change to a healthy lab, made with plain tools, that one claim must notice. */
export interface Mutant {
  readonly claim: string;
  readonly profiles: readonly ProfileName[];
  /** What was done to the lab. */
  readonly title: string;
  /** Other claims that rightly turn red with it: they state the same fact from another side. */
  readonly dependents?: readonly string[];
  readonly make: (lab: LiveLab) => Promise<void>;
}
