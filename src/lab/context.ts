import type { Exec } from '../core/exec.ts';
import type { Log } from '../core/log.ts';
import type { ClusterDir } from '../platform/cluster-dir.ts';
import type { ResolvedLab } from '../profile/resolved-lab.ts';
import type { Layout, NetnsRuntime } from '../runtime/netns/index.ts';

/** What a use case needs of the program around it. */
export interface LabContext {
  readonly exec: Exec;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Runs steps one after the other and shows them. */
  readonly progress: <C>(steps: readonly ProgressStep<C>[], context: C) => Promise<void>;
}

export interface ProgressStep<C> {
  readonly title: string;
  readonly skip?: (context: C) => string | false;
  readonly run: (context: C, report: (detail: string) => void) => Promise<void>;
}

/** What the steps of `up` share. */
export interface UpContext {
  readonly lab: ResolvedLab;
  readonly layout: Layout;
  readonly store: ClusterDir;
  readonly runtime: NetnsRuntime;
  readonly exec: Exec;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Begun by the first call, early, as it needs nothing but the sources; later calls get the same. */
  readonly compiled: () => Promise<Compiled>;
  /** Told once, when the lab serves: the time that `up` reports ends here. */
  readonly serves: () => void;
}

/** What `agent compile` answers. */
export interface Compiled {
  /** False where clang had to run. */
  readonly warm: boolean;
  /** The CNI plug-in in the cache. */
  readonly cni: string;
}

/** What is enough to take a lab away. */
export interface DownContext {
  readonly lab: string;
  readonly exec: Exec;
}

/** One part of a lab. `undo` needs no memory of `run`: it also clears what a killed `up` left. */
export interface Step extends ProgressStep<UpContext> {
  readonly undo?: { readonly title: string; readonly run: (context: DownContext) => Promise<void> };
}
