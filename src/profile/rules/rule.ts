import type { PortRange } from '../../core/agent-config.ts';
import type { LabFile } from '../lab-schema.ts';

/** A lab file in which everything is said, as the merged layers are. */
export type CompleteLab = DeepRequired<Pick<LabFile, 'metadata' | 'spec'>>;
type DeepRequired<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? string extends keyof T
      ? T
      : { readonly [K in keyof T]-?: DeepRequired<NonNullable<T[K]>> }
    : T;

/** What must hold between values that are each allowed by themselves. */
export interface Rule {
  readonly id: string;
  /** The values that it reads. Where one of them is broken already, the rule is not asked. */
  readonly fields: readonly string[];
  /** Undefined where all is well. */
  readonly check: (lab: CompleteLab) => Violation | undefined;
}

export interface Violation {
  readonly message: string;
  readonly allowed: string;
  readonly suggestion?: string;
}

/** The ports of `30000-32767`, or undefined where they are none or in the wrong order. */
export function parsePortRange(text: string): PortRange | undefined {
  const [first = Number.NaN, last = Number.NaN] = text.split('-').map(Number);
  return first >= 1 && first <= last && last <= 65_535 ? { first, last } : undefined;
}

export const nodeCount = ({ spec }: CompleteLab): number => spec.nodes.controlPlanes + spec.nodes.workers;
