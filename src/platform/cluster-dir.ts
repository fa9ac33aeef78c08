import { randomUUID } from 'node:crypto';
import { link, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterStore } from '../core/cluster.ts';
import { messageOf } from '../core/errors.ts';
import { type Kind, keyOf, type ObjectMeta, type ObjectOf } from '../core/k8s.ts';
import { type Log, silentLog } from '../core/log.ts';
import { fileOf, keyOfFile, kindFiles, kinds, readObject, writeObject } from './cluster-files.ts';
import { watchFolder } from './cluster-watch.ts';
import { isErrno, placeAtomic, privateDirectory, readIfPresent, writeAtomic } from './fs.ts';

/** A ClusterStore over files that people may read and edit. */
export interface ClusterDir extends ClusterStore {
  /**
   * Asks for a graceful end: the object gets a deletionTimestamp, and whoever runs it removes it. The
   * mark is a file beside it, so that it cannot be lost to somebody who writes the object meanwhile.
   */
  markDeleted(kind: Kind, key: string): Promise<boolean>;
}

export interface ClusterDirOptions {
  readonly log?: Log;
}

const temporaries = '.tmp';
const markExtension = '.deleting';
let writes = 0;

/** Opens the cluster state of an embedded lab, creating its folders where they miss. */
export async function openClusterDir(path: string, options: ClusterDirOptions = {}): Promise<ClusterDir> {
  const log = options.log ?? silentLog;
  await Promise.all(
    [temporaries, ...kinds.map((kind) => kindFiles[kind].plural)].map((name) =>
      privateDirectory(join(path, name)),
    ),
  );
  return clusterDirAt(path, log);
}

function clusterDirAt(path: string, log: Log): ClusterDir {
  const pathOf = (kind: Kind, key: string): string => join(path, fileOf(kind, key));

  async function get<K extends Kind>(kind: K, key: string): Promise<ObjectOf[K] | undefined> {
    const file = pathOf(kind, key);
    const text = await readIfPresent(file);
    if (text === undefined) return undefined;
    const object = await readObject(kind, key, text);
    const marked = await modifiedAt(`${file}${markExtension}`);
    return marked === undefined ? object : withMetadata(object, { deletionTimestamp: timestamp(marked) });
  }

  async function list<K extends Kind>(kind: K): Promise<ObjectOf[K][]> {
    const files = await readdir(join(path, kindFiles[kind].plural));
    const keys = files.map((file) => keyOfFile(kind, file)).filter((key) => key !== undefined);
    const found = await Promise.all(keys.sort().map((key) => readable(kind, key)));
    return found.filter((object) => object !== undefined);
  }

  /** An object, or undefined with a warning where its file cannot be read: one bad file hides no other. */
  async function readable<K extends Kind>(kind: K, key: string): Promise<ObjectOf[K] | undefined> {
    try {
      return await get(kind, key);
    } catch (error) {
      log.warn(`${kind} ${key} is left out: ${messageOf(error)}`, { file: pathOf(kind, key) });
      return undefined;
    }
  }

  return {
    get,
    list,
    async put(object) {
      const kind = object.kind as Kind;
      const key = keyOf(object);
      const file = pathOf(kind, key);
      const before = await readable(kind, key);
      const { deletionTimestamp: _, ...metadata } = object.metadata;
      const stored = withMetadata(
        { ...object, metadata },
        {
          uid: before?.metadata.uid ?? metadata.uid ?? randomUUID(),
          creationTimestamp:
            before?.metadata.creationTimestamp ?? metadata.creationTimestamp ?? timestamp(Date.now()),
          resourceVersion: nextVersion(before?.metadata.resourceVersion),
        },
      );
      const temporary = join(path, temporaries, `${process.pid}.${++writes}`);
      await placeAtomic(file, temporary, writeObject(stored as ObjectOf[Kind]));
      return before?.metadata.deletionTimestamp === undefined
        ? stored
        : withMetadata(stored, { deletionTimestamp: before.metadata.deletionTimestamp });
    },
    async remove(kind, key) {
      const file = pathOf(kind, key);
      try {
        await rm(file);
      } catch (error) {
        if (isErrno(error, 'ENOENT')) return false;
        throw error;
      }
      await rm(`${file}${markExtension}`, { force: true });
      return true;
    },
    async markDeleted(kind, key) {
      const file = pathOf(kind, key);
      if ((await modifiedAt(file)) === undefined) return false;
      await writeAtomicOnce(`${file}${markExtension}`);
      return true;
    },
    watch: (kind, handler, signal) =>
      watchFolder({ folder: join(path, kindFiles[kind].plural), kind, read: get, log, signal }, handler),
  };
}

const withMetadata = <O extends { readonly metadata: ObjectMeta }>(
  object: O,
  more: Partial<ObjectMeta>,
): O => ({
  ...object,
  metadata: { ...object.metadata, ...more },
});

/** Grows with every write of an object and with time, so that a re-created one is newer too. */
function nextVersion(before: string | undefined): string {
  const previous = /^\d+$/.test(before ?? '') ? BigInt(before ?? 0) : 0n;
  const now = BigInt(Date.now()) * 1000n;
  return String(now > previous ? now : previous + 1n);
}

/** Kubernetes' timestamps have whole seconds. */
const timestamp = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

async function modifiedAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** A mark that is there already keeps its time. */
async function writeAtomicOnce(path: string): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  await writeAtomic(temporary, '');
  try {
    await link(temporary, path);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}
