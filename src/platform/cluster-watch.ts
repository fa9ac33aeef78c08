import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ClusterEvent } from '../core/cluster.ts';
import { messageOf } from '../core/errors.ts';
import type { Kind, ObjectOf } from '../core/k8s.ts';
import type { Log } from '../core/log.ts';
import { keyOfFile } from './cluster-files.ts';
import { isErrno } from './fs.ts';

export interface FolderWatch<K extends Kind> {
  readonly folder: string;
  readonly kind: K;
  readonly read: (kind: K, key: string) => Promise<ObjectOf[K] | undefined>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The kernel drops events silently when its queue is full; this often everything is compared. */
const rescanMs = 5000;
const extraSuffix = /\.yaml\.deleting$/;

/**
 * Tells what is in a folder, then every change, until the signal aborts. The inotify watch is set
 * before the first look, and events only say which files to look at: what is told comes from
 * comparing the folder with what was told before, so nothing is lost and nothing told twice.
 */
export async function watchFolder<K extends Kind>(
  options: FolderWatch<K>,
  handler: (event: ClusterEvent<K>) => void,
): Promise<void> {
  const { folder, signal } = options;
  if (signal.aborted) return;
  const told = new Map<string, Told<K>>();
  const pending = new Set<string>();
  const wake = newBell();
  let all = true;
  const watcher = watch(folder, (_, name) => {
    if (name === null) all = true;
    else pending.add(name.replace(extraSuffix, '.yaml'));
    wake.ring();
  });
  watcher.on('error', (error) => options.log.warn(`watch of ${folder}: ${messageOf(error)}`));
  const rescan = setInterval(() => {
    all = true;
    wake.ring();
  }, rescanMs);
  const stop = (): void => wake.ring();
  signal.addEventListener('abort', stop);
  try {
    let synced = false;
    while (!signal.aborted) {
      // Taken before the look: what comes in meanwhile is looked at again.
      const [everything, some] = [all, [...pending]];
      all = false;
      pending.clear();
      const names = everything ? await namesIn(folder, told) : some;
      for (const name of names) {
        if (isAborted(signal)) return;
        await tellChange(options, told, name, handler);
      }
      if (!synced) handler({ type: 'synced' });
      synced = true;
      await wake.rung();
    }
  } finally {
    close(watcher, rescan);
    signal.removeEventListener('abort', stop);
  }
}

interface Told<K extends Kind> {
  readonly stamp: string;
  readonly object: ObjectOf[K] | undefined;
}

async function tellChange<K extends Kind>(
  { folder, kind, read, log }: FolderWatch<K>,
  told: Map<string, Told<K>>,
  name: string,
  handler: (event: ClusterEvent<K>) => void,
): Promise<void> {
  const key = keyOfFile(kind, name);
  if (key === undefined) return;
  const before = told.get(name);
  const stamp = await stampOf(join(folder, name));
  if (stamp === before?.stamp) return;
  if (stamp === undefined) {
    told.delete(name);
    if (before?.object !== undefined) handler({ type: 'deleted', object: before.object });
    return;
  }
  try {
    const object = await read(kind, key);
    if (object === undefined) return;
    told.set(name, { stamp, object });
    // The file may have changed between the look at its stamp and its reading.
    if (!isDeepStrictEqual(object, before?.object)) handler({ type: 'set', object });
  } catch (error) {
    // Somebody is editing: what was told last stays true until the file can be read again.
    told.set(name, { stamp, object: before?.object });
    log.warn(`${kind} ${key} keeps its last state: ${messageOf(error)}`, { file: join(folder, name) });
  }
}

/** Changes whenever a file or its deletion mark does; undefined where there is no file. */
async function stampOf(path: string): Promise<string | undefined> {
  const [file, mark] = await Promise.all([stampOfFile(path), stampOfFile(`${path}.deleting`)]);
  return file === undefined ? undefined : `${file} ${mark ?? ''}`;
}

async function stampOfFile(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path, { bigint: true });
    return `${found.ino}/${found.mtimeNs}/${found.size}`;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** What is there and what was there. A folder that has gone is an empty one: the lab goes down. */
async function namesIn(folder: string, told: ReadonlyMap<string, unknown>): Promise<string[]> {
  try {
    return [...new Set([...(await readdir(folder)).sort(), ...told.keys()])];
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [...told.keys()];
    throw error;
  }
}

function close(watcher: FSWatcher, timer: NodeJS.Timeout): void {
  watcher.close();
  clearInterval(timer);
}

/** A separate function: the compiler must not conclude from an earlier look that it is still unset. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** A ring that comes while nobody listens is kept. */
function newBell(): { ring: () => void; rung: () => Promise<void> } {
  let kept = false;
  let listener: (() => void) | undefined;
  return {
    ring: () => {
      if (listener === undefined) kept = true;
      else listener();
      listener = undefined;
    },
    rung: () =>
      new Promise((resolve) => {
        if (!kept) listener = resolve;
        else resolve();
        kept = false;
      }),
  };
}
