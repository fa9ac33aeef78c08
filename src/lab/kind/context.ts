import { join } from 'node:path';
import type { Exec } from '../../core/exec.ts';
import type { Log } from '../../core/log.ts';
import { labPaths } from '../../core/paths.ts';
import type { Container } from '../../platform/docker.ts';
import type { Kubectl } from '../../platform/kubectl.ts';
import type { MergedInto } from '../../platform/user-kubeconfig.ts';
import type { ApiServer } from '../../profile/api-server.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import type { ProgressStep } from '../context.ts';
import type { ImageArchive } from './image-archive.ts';
import type { LabImage } from './images.ts';

/** What the steps of `up` on a Kubernetes cluster share, whoever's datapath it gets. */
export interface ClusterUp {
  readonly lab: ResolvedLab;
  readonly exec: Exec;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  readonly images: { readonly demo: LabImage; readonly agent?: LabImage };
  readonly archive: ImageArchive;
  /** Containers that are nodes; none where nodes are something else. */
  readonly nodeContainers: () => Promise<readonly Container[]>;
  /** The engine's network that these are on. */
  readonly network: string;
  /** The user's kubeconfig, which gets the entries of a cluster that is made here. */
  readonly merged?: MergedInto;
}

/** Of those that install labctl's own datapath. */
export interface KindUp extends ClusterUp {
  readonly images: { readonly demo: LabImage; readonly agent: LabImage };
  /** Where agents reach the API server, when that is not known from the lab itself. */
  readonly apiServer?: ApiServer;
}

/** What is enough to take a lab away. */
export interface KindDown {
  readonly lab: string;
  readonly exec: Exec;
  /** Images that the record names and no other lab does. */
  readonly images: readonly string[];
  /** kind's network came with this lab. */
  readonly madeNetwork: boolean;
  readonly merged?: MergedInto;
}

/** One part of a lab. Every `run` can be repeated; `undo` needs no memory of it. */
export interface KindStep<C extends ClusterUp = KindUp> extends ProgressStep<C> {
  readonly undo?: { readonly title: string; readonly run: (context: KindDown) => Promise<void> };
}

/** Of the lab alone, 0600: labctl itself needs nothing of the user's own kubeconfig. */
export const kubeconfigOf = (lab: string): string => join(labPaths(lab).state, 'kubeconfig');

/** Name of the cluster, its context and its user in kubeconfigs, as kind has it. */
export const contextOf = (lab: string): string => `kind-${lab}`;

export const systemNamespace = 'labctl-system';
export const agentSet = 'labctl-agent';
/** Label of containers and images that belong to a lab. */
export const labLabel = 'labctl.dev/lab';
