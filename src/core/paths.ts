import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where a lab keeps its things. All directories are 0700. */
export interface LabPaths {
  /** Durable: owner record, lab file as resolved, cluster objects, logs, reports. */
  readonly state: string;
  /** Kubernetes-shaped objects, `<kind>/<namespace>.<name>.yaml`. */
  readonly cluster: string;
  readonly logs: string;
  /** Volatile: sockets, process ids, bpffs. */
  readonly run: string;
  /** Mount point of the lab's own bpffs. */
  readonly bpffs: string;
}
export interface NodePaths {
  readonly run: string;
  readonly config: string;
  /** HTTP over unix socket: /healthz, /readyz, /metrics, /status, /flows, /cni. */
  readonly agentSocket: string;
  readonly agentLog: string;
  readonly pins: string;
}

/** Roots can be moved for tests. */
export const stateRoot = (): string => process.env.LABCTL_STATE_DIR ?? '/var/lib/labctl';
export const runRoot = (): string => process.env.LABCTL_RUN_DIR ?? '/run/labctl';
/** Compiled objects, shared by all labs of this user. */
export const cacheRoot = (): string =>
  process.env.LABCTL_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'labctl');

export function labPaths(lab: string): LabPaths {
  const state = join(stateRoot(), lab);
  const run = join(runRoot(), lab);
  return { state, cluster: join(state, 'cluster'), logs: join(state, 'logs'), run, bpffs: join(run, 'bpf') };
}

export function nodePaths(lab: string, node: string): NodePaths {
  const paths = labPaths(lab);
  const run = join(paths.run, node);
  return {
    run,
    config: join(run, 'agent.json'),
    agentSocket: join(run, 'agent.sock'),
    agentLog: join(paths.logs, `${node}.agent.log`),
    pins: join(paths.bpffs, node),
  };
}
