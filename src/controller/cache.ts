import { type Kind, keyOf, type ObjectOf } from '../core/k8s.ts';
import type { ClusterDir } from '../platform/cluster-dir.ts';
import { kinds } from '../platform/cluster-files.ts';

/** All objects of the cluster as last told, and the only way in which the controller writes them. */
export interface Cache {
  readonly get: <K extends Kind>(kind: K, key: string) => ObjectOf[K] | undefined;
  readonly list: <K extends Kind>(kind: K) => ObjectOf[K][];
  /** Known here as soon as it is written: a later decision never misses an earlier one. */
  readonly put: <K extends Kind>(object: ObjectOf[K]) => Promise<void>;
  readonly remove: (kind: Kind, key: string) => Promise<void>;
  readonly markDeleted: (kind: Kind, key: string) => Promise<void>;
}

export interface CacheChange {
  readonly kind: Kind;
  readonly before: ObjectOf[Kind] | undefined;
  readonly now: ObjectOf[Kind] | undefined;
}

/** Resolves when all objects present are known; changes are told from then on. */
export async function openCache(
  store: ClusterDir,
  onChange: (change: CacheChange) => void,
  signal: AbortSignal,
): Promise<{ cache: Cache; ended: Promise<unknown> }> {
  const objects = new Map<Kind, Map<string, ObjectOf[Kind]>>(kinds.map((kind) => [kind, new Map()]));
  const of = (kind: Kind): Map<string, ObjectOf[Kind]> => objects.get(kind) ?? new Map();
  let known = 0;

  function set(kind: Kind, now: ObjectOf[Kind]): void {
    const before = of(kind).get(keyOf(now));
    if (before !== undefined && isOlder(now, before)) return;
    of(kind).set(keyOf(now), now);
    if (known === kinds.length) onChange({ kind, before, now });
  }
  function drop(kind: Kind, key: string): void {
    const before = of(kind).get(key);
    if (before === undefined) return;
    of(kind).delete(key);
    if (known === kinds.length) onChange({ kind, before, now: undefined });
  }

  const ended: Promise<void>[] = [];
  const synced = kinds.map(
    (kind) =>
      new Promise<void>((resolve, reject) => {
        const watching = store.watch(
          kind,
          (event) => {
            if (event.type === 'synced') resolve();
            else if (event.type === 'set') set(kind, event.object);
            else drop(kind, keyOf(event.object));
          },
          signal,
        );
        watching.catch(reject);
        ended.push(watching);
      }),
  );
  await Promise.all(synced);
  known = kinds.length;

  const cache: Cache = {
    get: <K extends Kind>(kind: K, key: string) => of(kind).get(key) as ObjectOf[K] | undefined,
    list: <K extends Kind>(kind: K) => [...of(kind).values()] as ObjectOf[K][],
    put: async (object) => {
      const stored = await store.put(object);
      set(stored.kind, stored);
    },
    remove: async (kind, key) => {
      await store.remove(kind, key);
      drop(kind, key);
    },
    markDeleted: async (kind, key) => {
      await store.markDeleted(kind, key);
      const object = await store.get(kind, key);
      if (object !== undefined) set(kind, object);
    },
  };
  return { cache, ended: Promise.all(ended) };
}

/** Files are told some time after they were written: what this process wrote since is newer. */
const isOlder = (now: ObjectOf[Kind], before: ObjectOf[Kind]): boolean =>
  now.metadata.uid === before.metadata.uid &&
  Number(now.metadata.resourceVersion ?? 0) < Number(before.metadata.resourceVersion ?? 0);
