import { statfsSync } from 'node:fs';
import { makeDirectory } from '../core/make-directory.ts';
import { checkedLibc } from './errors.ts';
import { libc } from './libbpf.ts';

const bpfMagic = 0xcafe4a11;
const NOSUID_NODEV_NOEXEC = 2 | 4 | 8;
const MNT_DETACH = 2;

/** Whether the directory lies on a BPF file system; false where there is no such directory. */
export function isBpffs(path: string): boolean {
  try {
    return statfsSync(path).type === bpfMagic;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Mounts a BPF file system of its own at the directory, which is made, unless one is there. */
export function mountBpffs(path: string): void {
  makeDirectory(path, 0o700);
  if (isBpffs(path)) return;
  checkedLibc(
    'mount',
    libc.mount('bpf', path, 'bpf', NOSUID_NODEV_NOEXEC, 'mode=0700'),
    `mount a bpffs at ${path}`,
  );
}

export function unmountBpffs(path: string): void {
  if (isBpffs(path)) checkedLibc('umount2', libc.umount2(path, MNT_DETACH), `unmount ${path}`);
}
