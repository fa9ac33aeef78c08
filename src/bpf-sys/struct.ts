import { addressOf } from './libbpf.ts';

/** A C struct under construction. `sized` structs of libbpf carry their own size in the first 8 bytes. */
export interface Struct {
  readonly bytes: Buffer;
  u32(offset: number, value: number): void;
  u64(offset: number, value: bigint): void;
  pointer(offset: number, target: Uint8Array): void;
}

/**
 * Fills a struct, calls with its bytes, and keeps every buffer that the struct points to alive until the
 * call is over: a pointer inside a Buffer does not hold its target for the garbage collector.
 */
export function withStruct<T>(size: number, fill: (struct: Struct) => void, call: (bytes: Buffer) => T): T {
  const held: Uint8Array[] = [];
  const bytes = Buffer.alloc(size);
  fill({
    bytes,
    u32: (offset, value) => void bytes.writeUInt32LE(value >>> 0, offset),
    u64: (offset, value) => void bytes.writeBigUInt64LE(value, offset),
    pointer: (offset, target) => {
      held.push(target);
      bytes.writeBigUInt64LE(addressOf(target), offset);
    },
  });
  try {
    return call(bytes);
  } finally {
    held.length = 0;
  }
}

/** A text as C has it: with its terminating zero. */
export const cString = (text: string): Buffer => Buffer.from(`${text}\0`);

/** The text up to the first zero. */
export function textOf(bytes: Buffer, offset: number, length: number): string {
  const end = bytes.indexOf(0, offset);
  return bytes.toString('utf8', offset, end < 0 || end > offset + length ? offset + length : end);
}

/** A u32 that a call reads and overwrites. */
export function u32Box(value: number): Buffer {
  const box = Buffer.alloc(4);
  box.writeUInt32LE(value);
  return box;
}
