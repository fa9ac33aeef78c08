import { readFileSync } from 'node:fs';
import type { Exec } from '../core/exec.ts';
import { makeDirectory } from '../core/make-directory.ts';

export interface Mount {
  readonly device: string;
  readonly at: string;
  readonly type: string;
}

/** The table of /proc/self/mounts. */
export function parseMounts(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [device = '', at = '', type = ''] = line.split(' ');
      return { device: decodeOctal(device), at: decodeOctal(at), type };
    });
}

export const mounts = (): Mount[] => parseMounts(readFileSync('/proc/self/mounts', 'utf8'));

/** Mounts a bpffs of the lab's own, where none is at that place yet. */
export async function mountBpffs(exec: Exec, lab: string, path: string): Promise<void> {
  makeDirectory(path, 0o700);
  if (mounts().some((mount) => mount.at === path)) return;
  await exec('mount', ['-t', 'bpf', '-o', 'mode=0700', `labctl-${lab}`, path]);
}

/** Unmounts everything at or below a path, the newest first. */
export async function unmountBelow(exec: Exec, path: string): Promise<void> {
  const found = mounts().filter((mount) => mount.at === path || mount.at.startsWith(`${path}/`));
  for (const mount of found.reverse()) await exec('umount', [mount.at]);
}

/** Blanks and backslashes are octal there. */
const decodeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
