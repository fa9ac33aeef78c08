import { rmSync } from 'node:fs';
import { type BpfLink, type BpfProgram, errnoOf, type LinkInfo, openLink } from '../../bpf-sys/index.ts';

/** A link that outlives this process by its pin. */
export interface PinnedLink {
  readonly path: string;
  /** Whether an existing link is at the place where it should be (its device or cgroup may be another one now). */
  readonly fits: (info: LinkInfo) => boolean;
  readonly attach: () => BpfLink;
}

export type Kept = 'kept' | 'swapped' | 'attached';

/**
 * Makes the link at the pin run the program: adopts what is pinned, swaps its program atomically where it
 * is another, and attaches anew where there is no link or its device is gone.
 */
export function ensureLink({ path, fits, attach }: PinnedLink, program: BpfProgram): Kept {
  const pinned = openIfThere(path);
  if (pinned !== undefined) {
    try {
      const info = pinned.info();
      if (fits(info) && info.programId === program.info.id) return 'kept';
      if (fits(info) && swap(pinned, program)) return 'swapped';
    } finally {
      pinned.close();
    }
    dropLink(path);
  }
  const link = attach();
  try {
    link.pin(path);
  } finally {
    link.close();
  }
  return 'attached';
}

/** Swaps the program; false where the device or cgroup of the link is gone. */
export function swap(link: BpfLink, program: BpfProgram): boolean {
  try {
    link.update(program);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOLINK') return false;
    throw error;
  }
}

/** Ends the attachment and removes its pin; false where there was none. */
export function dropLink(path: string): boolean {
  const link = openIfThere(path);
  if (link === undefined) return false;
  try {
    link.detach();
  } catch (error) {
    // Its device took the attachment with it.
    if (errnoOf(error) !== 'ENOLINK') throw error;
  } finally {
    link.close();
  }
  rmSync(path, { force: true });
  return true;
}

export function openIfThere(path: string): BpfLink | undefined {
  try {
    return openLink(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
