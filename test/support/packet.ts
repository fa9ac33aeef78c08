import { internetChecksum, pseudoHeader } from './packet-checksum.ts';
import { addressBytes, macOf } from './packet-hosts.ts';

/** A packet as a test writes it down. `bytesOf` makes the frame, with every checksum from scratch. */
export interface Packet {
  readonly eth: { readonly from: string; readonly to: string };
  readonly ip: Ip;
  readonly l4: L4;
}
export interface Ip {
  /** Name of a host, or an address. */
  readonly from: string;
  readonly to: string;
  readonly ttl: number;
  readonly id: number;
  readonly df: boolean;
  /** Cuts these bytes out of the datagram. */
  readonly fragment?: { readonly offset: number; readonly length: number; readonly last: boolean };
  readonly options?: Buffer;
}
export type L4 =
  | {
      readonly kind: 'tcp';
      readonly sport: number;
      readonly dport: number;
      /** Letters of FSRPAU. */
      readonly flags: string;
      readonly seq: number;
      readonly ack: number;
      readonly window: number;
      readonly options: Buffer;
      readonly payload: Buffer;
    }
  | {
      readonly kind: 'udp';
      readonly sport: number;
      readonly dport: number;
      readonly payload: Buffer;
      /** Sent without checksum. */
      readonly unsummed: boolean;
    }
  | {
      readonly kind: 'icmp';
      readonly type: number;
      readonly code: number;
      readonly rest: Buffer;
      readonly payload: Buffer;
    }
  | { readonly kind: 'raw'; readonly protocol: number; readonly payload: Buffer };

type Options = Partial<Ip & Packet['eth']> & { readonly payload?: Buffer };
const none = Buffer.alloc(0);

/** `tcp('a:1000', 'b:80', 'S')`. Ethernet names no host unless `on` does. */
export function tcp(
  from: string,
  to: string,
  flags: string,
  options: Partial<Ip> & Partial<Omit<Extract<L4, { kind: 'tcp' }>, 'kind'>> = {},
): Packet {
  const [source, destination] = [endOf(from), endOf(to)];
  const { seq = 1, ack = 0, window = 1024, options: tcpOptions = none, payload = none, ...ip } = options;
  return packet(source.host, destination.host, ip, {
    kind: 'tcp',
    sport: source.port,
    dport: destination.port,
    ...{ flags, seq, ack, window, options: tcpOptions, payload },
  });
}

export function udp(
  from: string,
  to: string,
  options: Options & { readonly unsummed?: boolean } = {},
): Packet {
  const [source, destination] = [endOf(from), endOf(to)];
  const { payload = Buffer.from('hello'), unsummed = false, ...ip } = options;
  return packet(source.host, destination.host, ip, {
    kind: 'udp',
    sport: source.port,
    dport: destination.port,
    ...{ payload, unsummed },
  });
}

export const Icmp = {
  echoReply: 0,
  unreachable: 3,
  echo: 8,
  timeExceeded: 11,
} as const;

export function echo(
  from: string,
  to: string,
  id: number,
  options: Options & { readonly reply?: boolean } = {},
): Packet {
  const { payload = Buffer.from('ping'), reply = false, ...ip } = options;
  const rest = Buffer.alloc(4);
  rest.writeUInt16BE(id, 0);
  rest.writeUInt16BE(1, 2);
  const type = reply ? Icmp.echoReply : Icmp.echo;
  return packet(from, to, ip, { kind: 'icmp', type, code: 0, rest, payload });
}

/** An ICMP error that quotes `length` bytes of a packet: by default its IP header and 8 more. */
export function icmpError(
  from: string,
  to: string,
  error: {
    readonly type: number;
    readonly code: number;
    readonly info?: number;
    readonly about: Packet;
    readonly quoted?: number;
  },
  options: Options = {},
): Packet {
  const rest = Buffer.alloc(4);
  rest.writeUInt32BE(error.info ?? 0);
  const about = bytesOf(error.about).subarray(14);
  const payload = about.subarray(0, error.quoted ?? 28);
  return packet(from, to, options, { kind: 'icmp', type: error.type, code: error.code, rest, payload });
}

export const raw = (from: string, to: string, protocol: number, options: Options = {}): Packet =>
  packet(from, to, options, { kind: 'raw', protocol, payload: options.payload ?? Buffer.alloc(16) });

/** The packet on a link: between these two MACs. */
export const on = (eth: Packet['eth'], each: Packet): Packet => ({ ...each, eth });

/** The packet with other ends, TTL or MACs; ends as `host` or `host:port`. */
export function changed(
  each: Packet,
  { from, to, eth, ttl }: { from?: string; to?: string; ttl?: number; eth?: Packet['eth'] },
): Packet {
  const [source, destination] = [from, to].map((end) => (end === undefined ? undefined : endOf(end)));
  const hasPorts = each.l4.kind === 'tcp' || each.l4.kind === 'udp';
  const ports = {
    ...(source === undefined ? {} : { sport: source.port }),
    ...(destination === undefined ? {} : { dport: destination.port }),
  };
  return {
    eth: eth ?? each.eth,
    ip: {
      ...each.ip,
      ...(source === undefined ? {} : { from: source.host }),
      ...(destination === undefined ? {} : { to: destination.host }),
      ...(ttl === undefined ? {} : { ttl }),
    },
    l4: hasPorts ? { ...each.l4, ...ports } : each.l4,
  };
}

/** The frame. */
export function bytesOf({ eth, ip, l4 }: Packet): Buffer {
  const datagram = l4Bytes(l4, ip);
  const { fragment } = ip;
  const body =
    fragment === undefined ? datagram : datagram.subarray(fragment.offset, fragment.offset + fragment.length);
  const ethernet = Buffer.concat([macOf(eth.to), macOf(eth.from), Buffer.from([8, 0])]);
  return Buffer.concat([ethernet, ipBytes(ip, protocolOf(l4), body.length), body]);
}

/** An Ethernet frame of another protocol. */
export const frame = (etherType: number, payload: Buffer, eth = { from: 'a', to: 'node1' }): Buffer =>
  Buffer.concat([macOf(eth.to), macOf(eth.from), Buffer.from([etherType >> 8, etherType & 255]), payload]);

function packet(from: string, to: string, ip: Partial<Ip>, l4: L4): Packet {
  const { fragment, options, ttl = 64, id = 0x1234, df = true } = ip;
  return {
    eth: { from: 'a', to: 'node1' },
    ip: {
      ...{ from, to, ttl, id, df },
      ...(fragment === undefined ? {} : { fragment }),
      ...(options === undefined ? {} : { options }),
    },
    l4,
  };
}

function endOf(text: string): { readonly host: string; readonly port: number } {
  const [host = '', port = '0'] = text.split(':');
  return { host, port: Number(port) };
}

function protocolOf(l4: L4): number {
  return l4.kind === 'raw' ? l4.protocol : { tcp: 6, udp: 17, icmp: 1 }[l4.kind];
}

function ipBytes(ip: Ip, protocol: number, length: number): Buffer {
  const options = ip.options ?? none;
  const bytes = Buffer.alloc(20 + options.length);
  bytes.writeUInt8(0x40 + bytes.length / 4, 0);
  bytes.writeUInt16BE(bytes.length + length, 2);
  bytes.writeUInt16BE(ip.id, 4);
  const more = ip.fragment !== undefined && !ip.fragment.last ? 0x2000 : 0;
  const df = ip.df && ip.fragment === undefined ? 0x4000 : 0;
  bytes.writeUInt16BE(more | df | ((ip.fragment?.offset ?? 0) / 8), 6);
  bytes.writeUInt8(ip.ttl, 8);
  bytes.writeUInt8(protocol, 9);
  addressBytes(ip.from).copy(bytes, 12);
  addressBytes(ip.to).copy(bytes, 16);
  options.copy(bytes, 20);
  bytes.writeUInt16BE(internetChecksum(bytes), 10);
  return bytes;
}

function l4Bytes(l4: L4, ip: Ip): Buffer {
  switch (l4.kind) {
    case 'tcp':
      return tcpBytes(l4, ip);
    case 'udp':
      return udpBytes(l4, ip);
    case 'icmp': {
      const bytes = Buffer.concat([Buffer.from([l4.type, l4.code, 0, 0]), l4.rest, l4.payload]);
      bytes.writeUInt16BE(internetChecksum(bytes), 2);
      return bytes;
    }
    case 'raw':
      return l4.payload;
  }
}

const flagLetters = 'FSRPAU';

function tcpBytes(l4: Extract<L4, { kind: 'tcp' }>, ip: Ip): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(20), l4.options, l4.payload]);
  bytes.writeUInt16BE(l4.sport, 0);
  bytes.writeUInt16BE(l4.dport, 2);
  bytes.writeUInt32BE(l4.seq, 4);
  bytes.writeUInt32BE(l4.ack, 8);
  bytes.writeUInt8((20 + l4.options.length) << 2, 12);
  bytes.writeUInt8(
    [...l4.flags].reduce((bits, letter) => bits | (1 << flagLetters.indexOf(letter)), 0),
    13,
  );
  bytes.writeUInt16BE(l4.window, 14);
  bytes.writeUInt16BE(summed(bytes, ip, 6), 16);
  return bytes;
}

function udpBytes(l4: Extract<L4, { kind: 'udp' }>, ip: Ip): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(8), l4.payload]);
  bytes.writeUInt16BE(l4.sport, 0);
  bytes.writeUInt16BE(l4.dport, 2);
  bytes.writeUInt16BE(bytes.length, 4);
  // RFC 768: a sum of zero is sent as all ones, zero means none.
  if (!l4.unsummed) bytes.writeUInt16BE(summed(bytes, ip, 17) || 0xffff, 6);
  return bytes;
}

const summed = (bytes: Buffer, ip: Ip, protocol: number): number =>
  internetChecksum(pseudoHeader(addressBytes(ip.from), addressBytes(ip.to), protocol, bytes.length), bytes);
