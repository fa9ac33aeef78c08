import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { environmentError, usageError } from './errors.ts';

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

/** Roots can be moved, by tests and by those who share a machine. */
export const stateRoot = (): string =>
  rootOf('LABCTL_STATE_DIR') ?? (isRoot() ? '/var/lib/labctl' : join(userState(), 'labctl'));
/** Root's labs are made of the machine's own namespaces; others have clusters, and no more than a lock here. */
export const runRoot = (): string =>
  rootOf('LABCTL_RUN_DIR') ?? (isRoot() ? '/run/labctl' : join(stateRoot(), '.run'));
/** Compiled objects, shared by all labs of this user. */
export const cacheRoot = (): string => rootOf('LABCTL_CACHE_DIR') ?? join(userCache(), 'labctl');

/** An empty variable is as good as none. Agents run elsewhere, so a path that depends on where we are is refused. */
function rootOf(variable: string): string | undefined {
  const path = process.env[variable];
  if (path === undefined || path === '') return undefined;
  if (isAbsolute(path)) return path;
  throw usageError('E_USAGE', `${variable} is ${JSON.stringify(path)}`, { fix: 'allowed: an absolute path' });
}

const isRoot = (): boolean => process.getuid?.() === 0;

const userCache = (): string => userDirectory('XDG_CACHE_HOME', '.cache', 'LABCTL_CACHE_DIR');
const userState = (): string => userDirectory('XDG_STATE_HOME', '.local/state', 'LABCTL_STATE_DIR');

/** A relative XDG_... is to be ignored, says the convention. */
function userDirectory(variable: string, inHome: string, ours: string): string {
  const given = process.env[variable] ?? '';
  if (isAbsolute(given)) return given;
  try {
    return join(homedir(), inHome);
  } catch (cause) {
    throw environmentError('E_NO_HOME', 'this user has no home directory', {
      cause,
      fix: `set HOME, or ${ours} to a directory of yours`,
    });
  }
}

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
