import { checkedLibc, sysError } from './errors.ts';
import { owned } from './fd.ts';
import { libc } from './libbpf.ts';
import type { Direction } from './link.ts';
import { textOf } from './struct.ts';

/** A BPF filter on a clsact hook, whoever put it there. */
export interface ClsactFilter {
  readonly priority: number;
  readonly handle: number;
  readonly programId: number;
  readonly name: string;
}

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const NETLINK_ROUTE = 0;
const RTM_GETTFILTER = 46;
const NLM_F_REQUEST_DUMP = 1 | 0x300;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const headerSize = 16;
const tcmsgSize = 20;
const parents = { ingress: 0xfffffff2, egress: 0xfffffff3 } as const;
const Attribute = { kind: 1, options: 2 } as const;
const BpfAttribute = { name: 7, id: 11 } as const;

/** All BPF filters of a device of the caller's namespace, asked by netlink: libbpf only knows of single ones. */
export function clsactFilters(ifindex: number, direction: Direction): readonly ClsactFilter[] {
  const socket = owned(
    checkedLibc('socket', libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE), 'open a netlink socket'),
    'netlink',
  );
  try {
    const request = Buffer.alloc(headerSize + tcmsgSize);
    request.writeUInt32LE(request.length, 0);
    request.writeUInt16LE(RTM_GETTFILTER, 4);
    request.writeUInt16LE(NLM_F_REQUEST_DUMP, 6);
    request.writeInt32LE(ifindex, headerSize + 4);
    request.writeUInt32LE(parents[direction], headerSize + 12);
    checkedLibc('send', Number(libc.send(socket.number, request, request.length, 0)), 'ask for tc filters');
    return receive(socket.number, ifindex);
  } finally {
    socket.close();
  }
}

function receive(socket: number, ifindex: number): ClsactFilter[] {
  const found: ClsactFilter[] = [];
  const buffer = Buffer.alloc(64 * 1024);
  for (;;) {
    const length = checkedLibc(
      'recv',
      Number(libc.recv(socket, buffer, buffer.length, 0)),
      'read tc filters',
    );
    for (let at = 0; at + headerSize <= length; ) {
      const size = buffer.readUInt32LE(at);
      const type = buffer.readUInt16LE(at + 4);
      if (type === NLMSG_DONE) return found;
      if (type === NLMSG_ERROR) {
        const error = -buffer.readInt32LE(at + headerSize);
        // A device without the qdisc has no filters.
        if (error === 22 || error === 2) return found;
        throw sysError('RTM_GETTFILTER', error, `read tc filters of device ${ifindex}`);
      }
      const filter = readFilter(buffer.subarray(at + headerSize, at + size));
      if (filter !== undefined) found.push(filter);
      at += align(size);
    }
  }
}

function readFilter(message: Buffer): ClsactFilter | undefined {
  const attributes = readAttributes(message.subarray(tcmsgSize));
  const kind = attributes.get(Attribute.kind);
  const options = readAttributes(attributes.get(Attribute.options) ?? Buffer.alloc(0));
  const id = options.get(BpfAttribute.id);
  if (kind === undefined || textOf(kind, 0, kind.length) !== 'bpf' || id === undefined) return undefined;
  const name = options.get(BpfAttribute.name);
  return {
    priority: message.readUInt32LE(16) >>> 16,
    handle: message.readUInt32LE(8),
    programId: id.readUInt32LE(0),
    name: name === undefined ? '' : textOf(name, 0, name.length),
  };
}

function readAttributes(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const size = bytes.readUInt16LE(at);
    if (size < 4) break;
    found.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + size));
    at += align(size);
  }
  return found;
}

const align = (size: number): number => (size + 3) & ~3;
