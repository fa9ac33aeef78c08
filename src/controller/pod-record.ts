import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../core/errors.ts';
import { labPaths } from '../core/paths.ts';
import { damagedRecord } from '../platform/damaged-record.ts';
import { isErrno, privateDirectory, readIfPresent, writeAtomic } from '../platform/fs.ts';
import type { ProcessId } from '../platform/process.ts';

/**
 * What was made for a pod, written before it is made: a later controller adopts it, and ends it also
 * when the pod's object has gone.
 */
export interface PodRecord {
  readonly key: string;
  readonly uid: string;
  readonly node: string;
  readonly containerId: string;
  /** Name in /run/netns; the node's own for a pod with hostNetwork. */
  readonly namespace: string;
  readonly hostNetwork: boolean;
  readonly graceSeconds: number;
  readonly preStopSeconds: number;
  /** Once CNI ADD has answered. */
  readonly podIP?: string;
  readonly containers: Readonly<Record<string, ContainerRecord>>;
}
export interface ContainerRecord {
  readonly process: ProcessId;
  readonly restarts: number;
}

export interface PodRecords {
  readonly get: (key: string) => PodRecord | undefined;
  readonly keys: () => string[];
  readonly put: (record: PodRecord) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
}

export async function openPodRecords(lab: string): Promise<PodRecords> {
  const directory = join(labPaths(lab).run, 'pods');
  await privateDirectory(directory);
  const pathOf = (key: string): string => join(directory, `${key.replace('/', '.')}.json`);
  const known = new Map<string, PodRecord>();
  for (const file of await readdir(directory)) {
    const text = file.endsWith('.json') ? await readIfPresent(join(directory, file)) : undefined;
    if (text === undefined) continue;
    const record = parse(text, join(directory, file));
    known.set(record.key, record);
  }
  return {
    get: (key) => known.get(key),
    keys: () => [...known.keys()],
    put: async (record) => {
      known.set(record.key, record);
      await writeAtomic(pathOf(record.key), `${JSON.stringify(record)}\n`);
    },
    remove: async (key) => {
      known.delete(key);
      try {
        await rm(pathOf(key));
      } catch (error) {
        if (!isErrno(error, 'ENOENT')) throw error;
      }
    },
  };
}

/** The shape is known: this program wrote it. */
function parse(text: string, path: string): PodRecord {
  try {
    return JSON.parse(text) as PodRecord;
  } catch (cause) {
    throw damagedRecord(path, messageOf(cause), cause);
  }
}
