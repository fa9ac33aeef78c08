import { parseIp4 } from '../../../src/core/ip.ts';

/** Words for `bpftool map update ... key hex`: bytes in the machine's order unless said otherwise. */
export const u32 = (value: number): string[] => hex([value, value >>> 8, value >>> 16, value >>> 24]);
export const u16 = (value: number): string[] => hex([value, value >>> 8]);
export const be16 = (value: number): string[] => hex([value >>> 8, value]);
export const u8 = (value: number): string[] => hex([value]);
export function ip4(address: string): string[] {
  const value = parseIp4(address);
  if (value === undefined) throw new Error(`${address} is no address`);
  return hex([value >>> 24, value >>> 16, value >>> 8, value]);
}

const hex = (bytes: readonly number[]): string[] =>
  bytes.map((byte) => (byte & 255).toString(16).padStart(2, '0'));
