/** How values of one C type are written and read. Generated; offsets come from the objects' BTF. */
export interface Codec<T> {
  /** C name. */
  readonly name: string;
  readonly size: number;
  /** Writes all `size` bytes, padding as zeros: keys are compared as bytes. */
  readonly encode: (value: T, into: Buffer, at: number) => void;
  readonly decode: (from: Buffer, at: number) => T;
}

export interface MapSpec<K, V> {
  readonly name: string;
  /** Number of the kernel's enum bpf_map_type. */
  readonly type: number;
  readonly key: Codec<K>;
  readonly value: Codec<V>;
}

export const u32: Codec<number> = {
  name: '__u32',
  size: 4,
  encode: (value, into, at) => void into.writeUInt32LE(value, at),
  decode: (from, at) => from.readUInt32LE(at),
};

export const u64: Codec<bigint> = {
  name: '__u64',
  size: 8,
  encode: (value, into, at) => void into.writeBigUInt64LE(value, at),
  decode: (from, at) => from.readBigUInt64LE(at),
};

/** The bytes of one value. */
export function encoded<T>(codec: Codec<T>, value: T): Buffer {
  const bytes = Buffer.alloc(codec.size);
  codec.encode(value, bytes, 0);
  return bytes;
}

/** The bytes of many values, one after the other. */
export function packed<T>(codec: Codec<T>, values: readonly T[]): Buffer {
  const bytes = Buffer.alloc(codec.size * values.length);
  for (const [index, value] of values.entries()) codec.encode(value, bytes, index * codec.size);
  return bytes;
}

/** Copies exactly `size` bytes, for `__u8 x[N]` fields. */
export function putBytes(bytes: Uint8Array, into: Buffer, at: number, size: number): void {
  if (bytes.length !== size) throw new RangeError(`${bytes.length} bytes given, ${size} needed`);
  into.set(bytes, at);
}
