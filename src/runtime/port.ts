import type { ClusterSource } from '../core/cluster.ts';
import type { Conversation } from '../core/conversations.ts';
import type { Exec } from '../core/exec.ts';
import type { Ip4 } from '../core/ip.ts';
import type { Inspection } from '../datapath/inspection.ts';

export type RuntimeName = 'netns' | 'kind' | 'existing';

/**
 * A place where a command can run. `outsideCgroup` joins the pod's namespaces but not the node's
 * cgroup, so socket LB does not see it: the shell that somebody entered from the host.
 */
export type Target =
  | { readonly node: string }
  | { readonly pod: string; readonly outsideCgroup?: boolean }
  | { readonly role: 'client' | 'world' };

export interface LabNode {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly address: Ip4;
  readonly podCIDR: string;
}

/** A process that was started and is not waited for (a capture, a listener). */
export interface Background {
  /** Resolves when a line matching `pattern` was printed on either stream; rejects at the limit, with what was printed. */
  readonly seen: (pattern: RegExp, timeoutMs: number) => Promise<string>;
  /** Ends it (SIGTERM, then SIGKILL) and resolves with all that it printed. */
  readonly stop: () => Promise<{ readonly stdout: string; readonly stderr: string }>;
}

/** What checks and commands need of a lab that is up, whatever its nodes are made of. */
export interface Runtime {
  readonly name: RuntimeName;
  readonly lab: string;
  readonly nodes: readonly LabNode[];
  readonly cluster: ClusterSource;
  /** Runs programs at a place: in its namespaces and, unless said otherwise, its cgroup. */
  readonly at: (target: Target) => Exec;
  readonly start: (target: Target, file: string, args: readonly string[]) => Promise<Background>;
  /** Starting a program costs more than most questions: those that are asked often stay. */
  readonly converse: (target: Target, file: string, args: readonly string[]) => Promise<Conversation>;
  /** Hooks, pins and tables of one node as the kernel has them, read without its agent. */
  readonly inspect: (node: string) => Promise<Inspection>;
  /** Command line of the probe client (src/checks/client), valid at every target. */
  readonly probeClient: readonly string[];
  /** Address of the outside client or world host; undefined where the runtime has none. */
  readonly addressOf: (role: 'client' | 'world') => Ip4 | undefined;
  /** Whether targets with `outsideCgroup` can be had. */
  readonly entersFromOutside: boolean;
}
