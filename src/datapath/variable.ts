import { failure } from '../core/errors.ts';
import type { TypeLayout, VariableLayout } from './layout.ts';

export type VariableValue = number | bigint | boolean;

/** The bytes of a configuration variable. Network-order numbers are given in host order. */
export function encodeVariable({ name, type }: VariableLayout, value: VariableValue): Buffer {
  const { size, order } = numeric(name, type);
  const bits = BigInt(value);
  if (bits < 0n || bits >= 1n << BigInt(size * 8))
    throw new RangeError(`${name}: ${value} does not fit ${size} bytes`);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(bits);
  const short = bytes.subarray(0, size);
  return order === 'network' ? short.reverse() : short;
}

/** The value in a section's bytes; 64-bit numbers as bigint. */
export function decodeVariable({ name, type, offset }: VariableLayout, section: Buffer): VariableValue {
  const { size, order } = numeric(name, type);
  if (type.kind === 'bool') return section.readUInt8(offset) !== 0;
  if (size === 8)
    return order === 'network' ? section.readBigUInt64BE(offset) : section.readBigUInt64LE(offset);
  return order === 'network' ? section.readUIntBE(offset, size) : section.readUIntLE(offset, size);
}

function numeric(
  name: string,
  type: TypeLayout,
): { readonly size: number; readonly order: 'host' | 'network' } {
  if (type.kind === 'bool') return { size: type.size, order: 'host' };
  if (type.kind === 'number') return type;
  throw failure('E_CONTRACT', `${name}: configuration variables are numbers`);
}
