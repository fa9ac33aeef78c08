import type { Brand } from './brand.ts';

/** An IPv4 address as dotted text, canonical (no leading zeros). */
export type Ip4 = Brand<string, 'Ip4'>;
/** An IPv4 network as `a.b.c.d/n` with no host bits set. */
export type Cidr4 = Brand<string, 'Cidr4'>;

/** The address as an unsigned 32-bit number in host order, or undefined where the text is not one. */
export function parseIp4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

export const isIp4 = (text: string): text is Ip4 => parseIp4(text) !== undefined;

export function formatIp4(value: number): Ip4 {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.') as Ip4;
}

export interface Range4 {
  /** First address, host order. */
  readonly first: number;
  /** Last address, host order, inclusive. */
  readonly last: number;
  readonly prefix: number;
}

/** The range of a CIDR, or undefined where the text is none or has host bits set. */
export function parseCidr4(text: string): Range4 | undefined {
  const [address = '', bits = '', ...rest] = text.split('/');
  const first = parseIp4(address);
  if (first === undefined || rest.length > 0 || !/^(0|[1-9]\d?)$/.test(bits)) return undefined;
  const prefix = Number(bits);
  if (prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  return first % size === 0 ? { first, last: first + size - 1, prefix } : undefined;
}

export const isCidr4 = (text: string): text is Cidr4 => parseCidr4(text) !== undefined;

export const contains = (range: Range4, address: number): boolean =>
  address >= range.first && address <= range.last;

/** Is every address of `inner` one of `range`? */
export const holds = (range: Range4, inner: Range4): boolean =>
  contains(range, inner.first) && contains(range, inner.last);

export const overlaps = (a: Range4, b: Range4): boolean => a.first <= b.last && b.first <= a.last;

/** The nth address of a network, counted from its network address. */
export function addressAt(cidr: Cidr4, index: number): Ip4 {
  const range = parseCidr4(cidr);
  if (range === undefined || range.first + index > range.last) {
    throw new RangeError(`${cidr} has no address ${index}`);
  }
  return formatIp4(range.first + index);
}

/** Splits a network into its subnets of the given prefix, in order. */
export function* subnets(cidr: Cidr4, prefix: number): Generator<Cidr4> {
  const range = parseCidr4(cidr);
  if (range === undefined || prefix < range.prefix) throw new RangeError(`${cidr} has no /${prefix}`);
  for (let at = range.first; at <= range.last; at += 2 ** (32 - prefix)) {
    yield `${formatIp4(at)}/${prefix}` as Cidr4;
  }
}
