import { closeSync, openSync } from 'node:fs';
import { checkedLibc } from './errors.ts';
import { owned } from './fd.ts';
import { libc } from './libbpf.ts';

const CLONE_NEWNET = 0x40000000;
const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const SOL_SOCKET = 1;
const SO_NETNS_COOKIE = 71;

/**
 * Runs `run` in the network namespace at the path. Only this thread switches, so `run` must be
 * synchronous: what it starts asynchronously would run elsewhere, and in the old namespace.
 */
export function inNamespace<T>(path: string, run: Synchronous<T>): T {
  const there = openSync(path, 'r');
  try {
    return away(() => checkedLibc('setns', libc.setns(there, CLONE_NEWNET), `enter ${path}`), run);
  } finally {
    closeSync(there);
  }
}

/** The same in a namespace of its own, which has a loopback device and is gone afterwards. */
export const inNewNamespace = <T>(run: Synchronous<T>): T =>
  away(() => checkedLibc('unshare', libc.unshare(CLONE_NEWNET), 'make a network namespace'), run);

type Synchronous<T> = () => T extends PromiseLike<unknown> ? never : T;

function away<T>(leave: () => void, run: () => T): T {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  try {
    leave();
    try {
      return run();
    } finally {
      // In the wrong namespace every later act would hit the wrong node: better no process than that.
      if (libc.setns(home, CLONE_NEWNET) < 0) process.abort();
    }
  } finally {
    closeSync(home);
  }
}

/** SO_NETNS_COOKIE of the caller's network namespace: what bpf_get_netns_cookie answers there. */
export function netnsCookie(): bigint {
  const socket = owned(
    checkedLibc('socket', libc.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0), 'open a socket'),
    'socket',
  );
  try {
    const cookie = Buffer.alloc(8);
    const size = Buffer.from([8, 0, 0, 0]);
    checkedLibc(
      'getsockopt',
      libc.getsockopt(socket.number, SOL_SOCKET, SO_NETNS_COOKIE, cookie, size),
      'read the network namespace cookie',
    );
    return cookie.readBigUInt64LE();
  } finally {
    socket.close();
  }
}
