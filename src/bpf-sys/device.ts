import { readFileSync } from 'node:fs';
import { libc } from './libbpf.ts';

/** Index of a device of the caller's network namespace; undefined where there is none of that name. */
export function ifindexOf(device: string): number | undefined {
  const index = libc.if_nametoindex(device);
  return index === 0 ? undefined : index;
}

/** Names of the devices of the caller's network namespace. Not from /sys, which shows the mounter's. */
export const deviceNames = (): readonly string[] =>
  readFileSync('/proc/thread-self/net/dev', 'utf8')
    .split('\n')
    .flatMap((line) => /^\s*([^\s:]+(?::\d+)?):/.exec(line)?.[1] ?? []);
