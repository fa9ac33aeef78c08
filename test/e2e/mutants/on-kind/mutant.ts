import type { Mutant } from '../mutant.ts';
import type { KindScene } from './scene.ts';

export type Mend = () => Promise<unknown>;

/** A mutant on a cluster that others use after it: it is mended, not thrown away. */
export interface KindMutant extends Omit<Mutant, 'make'> {
  /** Answers with what mends it. */
  readonly make: (scene: KindScene) => Promise<Mend>;
}
