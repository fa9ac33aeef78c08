import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../../core/make-directory.ts';
import { readJson, writeJson } from '../json-file.ts';
import { type EndpointRecord, recordKey } from './record.ts';

/** Endpoint records in memory and, one file each, on disk. */
export interface EndpointStore {
  readonly get: (containerId: string, ifName: string) => EndpointRecord | undefined;
  readonly all: () => readonly EndpointRecord[];
  /** Durable when it resolves. */
  readonly put: (record: EndpointRecord) => Promise<void>;
  readonly remove: (record: EndpointRecord) => Promise<void>;
}

export async function openEndpointStore(directory: string): Promise<EndpointStore> {
  makeDirectory(directory, 0o700);
  const records = new Map<string, EndpointRecord>();
  for (const file of (await readdir(directory)).sort()) {
    if (!file.endsWith('.json')) continue;
    const record = await readJson<EndpointRecord>(join(directory, file));
    if (record !== undefined) records.set(recordKey(record.containerId, record.ifName), record);
  }
  const pathOf = (record: EndpointRecord): string =>
    join(directory, `${recordKey(record.containerId, record.ifName)}.json`);

  return {
    get: (containerId, ifName) => records.get(recordKey(containerId, ifName)),
    all: () => [...records.values()],
    put: async (record) => {
      const key = recordKey(record.containerId, record.ifName);
      const before = records.get(key);
      // In memory first: who looks for a free id meanwhile must see this one.
      records.set(key, record);
      try {
        await writeJson(pathOf(record), record);
      } catch (error) {
        if (before === undefined) records.delete(key);
        else records.set(key, before);
        throw error;
      }
    },
    remove: async (record) => {
      await rm(pathOf(record), { force: true });
      records.delete(recordKey(record.containerId, record.ifName));
    },
  };
}

/** The lowest id that no endpoint of the node has. */
export function freeEndpointId(records: readonly EndpointRecord[]): number {
  const used = new Set(records.map((record) => record.id));
  let id = 1;
  while (used.has(id)) id++;
  return id;
}
