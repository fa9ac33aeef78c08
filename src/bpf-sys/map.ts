import { basename } from 'node:path';
import { batchOptions, isWithoutBatch } from './batch.ts';
import { checked, errnoName, sysError } from './errors.ts';
import { duplicate, type Fd, owned } from './fd.ts';
import { libbpf } from './libbpf.ts';
import { dumpMap, type MapDump } from './map-dump.ts';
import { textOf, u32Box } from './struct.ts';

export interface MapInfo {
  readonly id: number;
  readonly type: number;
  readonly name: string;
  readonly keySize: number;
  /** Of one CPU's value where the map is per CPU. */
  readonly valueSize: number;
  readonly maxEntries: number;
}

/** A map by its descriptor. All buffers are checked against the sizes that the kernel told. */
export interface BpfMap extends MapInfo {
  readonly fd: number;
  readonly perCpu: boolean;
  /** Bytes of one value as this process sees it: every possible CPU's, each rounded up to 8, where per CPU. */
  readonly slotSize: number;
  lookup(key: Uint8Array): Buffer | undefined;
  update(key: Uint8Array, value: Uint8Array, mode?: 'any' | 'create' | 'exists'): void;
  /** False where there was no such key. */
  delete(key: Uint8Array): boolean;
  /** Keys and values one after the other; as many as fit `keys`. */
  updateBatch(keys: Uint8Array, values: Uint8Array): void;
  /** Keys that are not there do not matter. */
  deleteBatch(keys: Uint8Array): void;
  dump(): MapDump;
  pin(path: string): void;
  close(): void;
}

export const MapType = {
  hash: 1,
  array: 2,
  percpuHash: 5,
  percpuArray: 6,
  lruHash: 9,
  lruPercpuHash: 10,
  lpmTrie: 11,
  ringbuf: 27,
} as const;

const perCpuTypes: ReadonlySet<number> = new Set([5, 6, 10, 21]);
const updateModes = { any: 0, create: 1, exists: 2 } as const;
/** Opens a pinned map. */
export const openMap = (path: string): BpfMap =>
  mapOf(owned(checked('bpf_obj_get', libbpf.bpf_obj_get(path), `open ${path}`), basename(path)));

/** Opens any map of the kernel; needs CAP_SYS_ADMIN. */
export const openMapById = (id: number): BpfMap =>
  mapOf(
    owned(checked('bpf_map_get_fd_by_id', libbpf.bpf_map_get_fd_by_id(id), `open map ${id}`), `map ${id}`),
  );

/** A handle of its own for a descriptor that somebody else closes. */
export const mapFromFd = (fd: number, what: string): BpfMap => mapOf(duplicate(fd, what));

/** A map that belongs to no object (tests, probes). */
export function createMap(
  type: number,
  name: string,
  keySize: number,
  valueSize: number,
  maxEntries: number,
): BpfMap {
  const fd = libbpf.bpf_map_create(type, name, keySize, valueSize, maxEntries, null);
  return mapOf(owned(checked('bpf_map_create', fd, `create map ${name}`), name));
}

export function mapInfo(fd: number): MapInfo {
  const info = Buffer.alloc(88);
  checked(
    'bpf_obj_get_info_by_fd',
    libbpf.bpf_obj_get_info_by_fd(fd, info, u32Box(info.length)),
    'read map info',
  );
  const [type, id, keySize, valueSize, maxEntries] = [0, 4, 8, 12, 16].map((at) => info.readUInt32LE(at));
  return { id, type, keySize, valueSize, maxEntries, name: textOf(info, 24, 16) } as MapInfo;
}

function mapOf(fd: Fd): BpfMap {
  const info = mapInfo(fd.number);
  const perCpu = perCpuTypes.has(info.type);
  const slotSize = perCpu ? roundUp(info.valueSize) * libbpf.libbpf_num_possible_cpus() : info.valueSize;
  const what = (verb: string): string => `${verb} ${info.name}`;

  const update = (key: Uint8Array, value: Uint8Array, mode: keyof typeof updateModes = 'any'): void => {
    exactly(key, info.keySize, what('key of'));
    exactly(value, slotSize, what('value of'));
    checked(
      'bpf_map_update_elem',
      libbpf.bpf_map_update_elem(fd.number, key, value, updateModes[mode]),
      what('update'),
    );
  };
  const remove = (key: Uint8Array): boolean => {
    exactly(key, info.keySize, what('key of'));
    const result = libbpf.bpf_map_delete_elem(fd.number, key);
    return result < 0 && errnoName(-result) === 'ENOENT'
      ? false
      : checked('bpf_map_delete_elem', result, what('delete from')) >= 0;
  };
  const each = (keys: Uint8Array, run: (key: Uint8Array, index: number) => void): void => {
    for (let at = 0; at < keys.length; at += info.keySize)
      run(keys.subarray(at, at + info.keySize), at / info.keySize);
  };

  return {
    ...info,
    perCpu,
    slotSize,
    get fd() {
      return fd.number;
    },
    lookup(key) {
      exactly(key, info.keySize, what('key of'));
      const value = Buffer.alloc(slotSize);
      const result = libbpf.bpf_map_lookup_elem(fd.number, key, value);
      if (result < 0 && errnoName(-result) === 'ENOENT') return undefined;
      checked('bpf_map_lookup_elem', result, what('look up in'));
      return value;
    },
    update,
    delete: remove,
    updateBatch(keys, values) {
      const count = countOf(keys, info.keySize, what('keys of'));
      if (count === 0) return;
      exactly(values, count * slotSize, what('values of'));
      const result = libbpf.bpf_map_update_batch(fd.number, keys, values, u32Box(count), batchOptions);
      if (result >= 0) return;
      if (!isWithoutBatch(-result)) throw sysError('bpf_map_update_batch', -result, what('update'));
      each(keys, (key, index) => update(key, values.subarray(index * slotSize, (index + 1) * slotSize)));
    },
    deleteBatch(keys) {
      const count = countOf(keys, info.keySize, what('keys of'));
      if (count === 0) return;
      const result = libbpf.bpf_map_delete_batch(fd.number, keys, u32Box(count), batchOptions);
      // The kernel stops at the first key that is not there: the others are then deleted one by one.
      if (result < 0) each(keys, (key) => void remove(key));
    },
    dump: () => dumpMap(fd.number, { ...info, slotSize }),
    pin: (path) =>
      void checked('bpf_obj_pin', libbpf.bpf_obj_pin(fd.number, path), `pin ${info.name} to ${path}`),
    close: () => fd.close(),
  };
}

const roundUp = (size: number): number => Math.ceil(size / 8) * 8;

/** The kernel copies as many bytes as the map says: a buffer too small would be overrun in silence. */
function exactly(bytes: Uint8Array, size: number, what: string): void {
  if (bytes.length !== size) throw new RangeError(`${what}: ${bytes.length} bytes, ${size} needed`);
}

function countOf(keys: Uint8Array, keySize: number, what: string): number {
  if (keys.length % keySize !== 0)
    throw new RangeError(`${what}: ${keys.length} bytes is no multiple of ${keySize}`);
  return keys.length / keySize;
}
