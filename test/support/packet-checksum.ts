/** RFC 1071, written from the RFC and from nothing in bpf/: the datapath is checked against it. */
export function internetChecksum(...parts: readonly Buffer[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) sum += (part[at] ?? 0) * 256 + (part[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** Pseudo header of TCP and UDP over IPv4. */
export function pseudoHeader(source: Buffer, destination: Buffer, protocol: number, length: number): Buffer {
  const bytes = Buffer.alloc(12);
  source.copy(bytes, 0);
  destination.copy(bytes, 4);
  bytes.writeUInt8(protocol, 9);
  bytes.writeUInt16BE(length, 10);
  return bytes;
}
