import type { Kubectl } from '../../platform/kubectl.ts';
import type { ProgressStep } from '../context.ts';
import type { KindDown, KindUp } from '../kind/context.ts';
import type { ClusterFacts } from './facts.ts';

/** What the steps of `up` share: those of kind, and what was found in the cluster. */
export interface ExistingUp extends KindUp {
  readonly facts: ClusterFacts;
}

/** What is enough to take a lab out of its cluster. */
export interface ExistingDown extends KindDown {
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  readonly signal: AbortSignal;
  /** Nodes that are containers of this machine's engine, by name. */
  readonly containers: readonly string[];
  /** All that were brought to the nodes, whatever labs of other clusters use. */
  readonly nodeImages: readonly string[];
}

/** One part of a lab. Every `run` can be repeated; `undo` needs no memory of it. */
export interface ExistingStep extends ProgressStep<ExistingUp> {
  readonly undo?: { readonly title: string; readonly run: (context: ExistingDown) => Promise<void> };
}

export const toolsSet = 'labctl-tools';
