import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readSources, type Sources } from '../../core/reload.ts';
import { isErrno } from '../../platform/fs.ts';

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Editors write in several steps: how long nothing must happen. */
  readonly quietMs?: number;
}

const defaultQuietMs = 150;

/**
 * Calls `react` at once and whenever the sources below a directory have become others, one call after the other,
 * until the signal. Only what sources say counts: saving a file unchanged is no change.
 */
export async function onSourceChanges(
  directory: string,
  react: () => Promise<void>,
  { signal, quietMs = defaultQuietMs }: WatchOptions,
): Promise<void> {
  const bell = createBell(signal, quietMs);
  const watched = new Map<string, FSWatcher>();
  let seen: Sources | undefined;
  try {
    while (!signal.aborted) {
      watchDirectories(directory, watched, bell.ring);
      const now = readIfWhole(directory);
      if (now === undefined || isDeepStrictEqual(now, seen)) {
        await bell.rung();
        continue;
      }
      seen = now;
      await react();
    }
  } finally {
    for (const watcher of watched.values()) watcher.close();
  }
}

/** Each directory by itself: editors replace files by renaming, which only their directory tells of. */
function watchDirectories(root: string, watched: Map<string, FSWatcher>, ring: () => void): void {
  const below = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  const present = new Set([root, ...below]);
  for (const [path, watcher] of watched) {
    if (present.has(path)) continue;
    watcher.close();
    watched.delete(path);
  }
  for (const path of present) {
    if (!watched.has(path)) watched.set(path, watch(path, ring).on('error', ring));
  }
}

/** Undefined while a file is being replaced: the end of that rings again. */
function readIfWhole(directory: string): Sources | undefined {
  try {
    return readSources(directory);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

interface Bell {
  readonly ring: () => void;
  /** Resolves when it has rung since the last call and then been quiet, or when the signal comes. */
  readonly rung: () => Promise<void>;
}

function createBell(signal: AbortSignal, quietMs: number): Bell {
  let hasRung = false;
  let timer: NodeJS.Timeout | undefined;
  let wake: () => void = () => undefined;
  const quiet = (): void => {
    hasRung = true;
    wake();
  };
  const end = (): void => {
    clearTimeout(timer);
    wake();
  };
  signal.addEventListener('abort', end, { once: true });
  return {
    ring: () => {
      clearTimeout(timer);
      if (!signal.aborted) timer = setTimeout(quiet, quietMs);
    },
    rung: async () => {
      if (!hasRung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      hasRung = false;
    },
  };
}
