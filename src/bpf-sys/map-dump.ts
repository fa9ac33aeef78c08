import { batchOptions, isWithoutBatch } from './batch.ts';
import { checked, errnoName, sysError } from './errors.ts';
import { libbpf } from './libbpf.ts';
import type { MapInfo } from './map.ts';
import { u32Box } from './struct.ts';

/** Entries as the kernel had them, keys and values packed one after the other. */
export interface MapDump {
  readonly count: number;
  readonly keys: Buffer;
  readonly values: Buffer;
}

type Shape = MapInfo & { readonly slotSize: number };

const firstBatch = 1024;

/**
 * Reads a whole map: in batches where its type has them, else key by key. Entries that come or go
 * meanwhile may or may not be in it; an entry that stays is.
 */
export function dumpMap(fd: number, map: Shape): MapDump {
  const parts: MapDump[] = [];
  // A hash bucket never splits: a batch must hold the fullest one, and the whole map at most.
  let size = Math.max(1, Math.min(firstBatch, map.maxEntries));
  let from: Buffer | null = null;
  for (;;) {
    const to = Buffer.alloc(Math.max(map.keySize, 8));
    const keys = Buffer.alloc(size * map.keySize);
    const values = Buffer.alloc(size * map.slotSize);
    const box = u32Box(size);
    const result = libbpf.bpf_map_lookup_batch(fd, from, to, keys, values, box, batchOptions);
    const error = result < 0 ? errnoName(-result) : '';
    if (error === 'ENOSPC' && size < map.maxEntries) {
      size = Math.min(size * 2, map.maxEntries);
      continue;
    }
    if (from === null && isWithoutBatch(-result)) return dumpByKey(fd, map);
    if (error !== '' && error !== 'ENOENT')
      throw sysError('bpf_map_lookup_batch', -result, `read ${map.name}`);
    const count = box.readUInt32LE();
    parts.push({
      count,
      keys: keys.subarray(0, count * map.keySize),
      values: values.subarray(0, count * map.slotSize),
    });
    if (error === 'ENOENT') return joined(parts);
    from = to;
  }
}

function dumpByKey(fd: number, map: Shape): MapDump {
  const parts: MapDump[] = [];
  let key: Buffer | null = null;
  for (let seen = 0; seen < map.maxEntries; seen += 1) {
    const next = Buffer.alloc(map.keySize);
    const result = libbpf.bpf_map_get_next_key(fd, key, next);
    if (result < 0 && errnoName(-result) === 'ENOENT') break;
    checked('bpf_map_get_next_key', result, `read ${map.name}`);
    const value = Buffer.alloc(map.slotSize);
    const found = libbpf.bpf_map_lookup_elem(fd, next, value);
    if (found >= 0) parts.push({ count: 1, keys: next, values: value });
    else if (errnoName(-found) !== 'ENOENT')
      throw sysError('bpf_map_lookup_elem', -found, `read ${map.name}`);
    key = next;
  }
  return joined(parts);
}

const joined = (parts: readonly MapDump[]): MapDump => ({
  count: parts.reduce((sum, part) => sum + part.count, 0),
  keys: Buffer.concat(parts.map((part) => part.keys)),
  values: Buffer.concat(parts.map((part) => part.values)),
});
