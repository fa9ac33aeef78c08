import { join } from 'node:path';

/** Where a process runs. */
export interface Place {
  /** cgroup v2 directory; joined first, as socket LB goes by a socket's cgroup at its creation. */
  readonly cgroup?: string;
  /** Name in /run/netns; without it the caller's own network namespace. */
  readonly namespace?: string;
}

export interface CommandLine {
  readonly file: string;
  readonly args: readonly string[];
}

/** Joins a cgroup, then becomes the program: $1 is its cgroup.procs, the rest the program. */
const joinThenExec = 'echo 0 > "$1" && shift && exec "$@"';

/**
 * The command line that runs a program at a place. Each stage replaces the one before by execve, so
 * the process id stays the same and the exit code is the program's own.
 */
export function placed(place: Place, file: string, args: readonly string[]): CommandLine {
  const inside = place.namespace === undefined ? [file, ...args] : enter(place.namespace, file, args);
  if (place.cgroup === undefined) {
    const [first = file, ...rest] = inside;
    return { file: first, args: rest };
  }
  return {
    file: '/bin/sh',
    args: ['-c', joinThenExec, 'sh', join(place.cgroup, 'cgroup.procs'), ...inside],
  };
}

const enter = (namespace: string, file: string, args: readonly string[]): string[] => [
  'nsenter',
  `--net=${namespacePath(namespace)}`,
  '--',
  file,
  ...args,
];

export const namespacePath = (name: string): string => `/run/netns/${name}`;
