import { basename } from 'node:path';
import { checked } from './errors.ts';
import { duplicate, type Fd, owned } from './fd.ts';
import { libbpf } from './libbpf.ts';
import { textOf, u32Box, withStruct } from './struct.ts';

export interface ProgramInfo {
  readonly id: number;
  readonly type: number;
  /** Cut to 15 characters by the kernel; whole through the program's BTF. */
  readonly name: string;
  /** Hash of its instructions. */
  readonly tag: string;
  /** Instructions that the verifier walked through (0 before kernel 5.16). */
  readonly verifiedInstructions: number;
  readonly translatedBytes: number;
  readonly mapIds: readonly number[];
  readonly btfId: number;
}

/** A loaded program by its descriptor. */
export interface BpfProgram {
  readonly fd: number;
  readonly info: ProgramInfo;
  pin(path: string): void;
  close(): void;
}

export const ProgramType = { schedCls: 3, cgroupSockAddr: 18 } as const;

export const openProgram = (path: string): BpfProgram =>
  programOf(owned(checked('bpf_obj_get', libbpf.bpf_obj_get(path), `open ${path}`), basename(path)));

/** Opens any program of the kernel; needs CAP_SYS_ADMIN. */
export const openProgramById = (id: number): BpfProgram =>
  programOf(
    owned(
      checked('bpf_prog_get_fd_by_id', libbpf.bpf_prog_get_fd_by_id(id), `open program ${id}`),
      `program ${id}`,
    ),
  );

/** A handle of its own for a descriptor that somebody else closes. */
export const programFromFd = (fd: number, what: string): BpfProgram => programOf(duplicate(fd, what));

/** Loads bare instructions (probes). */
export function loadProgram(
  type: number,
  name: string,
  instructions: Uint8Array,
  expectedAttachType = 0,
): BpfProgram {
  const fd = withStruct(
    104,
    (options) => {
      options.u64(0, 104n);
      options.u32(12, expectedAttachType);
    },
    (options) =>
      libbpf.bpf_prog_load(type, name, 'Dual BSD/GPL', instructions, instructions.length / 8, options),
  );
  return programOf(owned(checked('bpf_prog_load', fd, `load program ${name}`), name));
}

export function programInfo(fd: number): ProgramInfo {
  const size = 232;
  const head = Buffer.alloc(size);
  checked(
    'bpf_obj_get_info_by_fd',
    libbpf.bpf_obj_get_info_by_fd(fd, head, u32Box(size)),
    'read program info',
  );
  const mapCount = head.readUInt32LE(52);
  return {
    type: head.readUInt32LE(0),
    id: head.readUInt32LE(4),
    tag: head.toString('hex', 8, 16),
    translatedBytes: head.readUInt32LE(20),
    name: textOf(head, 64, 16),
    btfId: head.readUInt32LE(128),
    verifiedInstructions: head.readUInt32LE(216),
    mapIds: mapIdsOf(fd, mapCount, size),
  };
}

function programOf(fd: Fd): BpfProgram {
  let info: ProgramInfo | undefined;
  return {
    get fd() {
      return fd.number;
    },
    get info() {
      info ??= programInfo(fd.number);
      return info;
    },
    pin: (path) =>
      void checked('bpf_obj_pin', libbpf.bpf_obj_pin(fd.number, path), `pin a program to ${path}`),
    close: () => fd.close(),
  };
}

function mapIdsOf(fd: number, count: number, size: number): number[] {
  const ids = Buffer.alloc(count * 4);
  if (count === 0) return [];
  withStruct(
    size,
    (info) => {
      info.u32(52, count);
      info.pointer(56, ids);
    },
    (info) =>
      checked(
        'bpf_obj_get_info_by_fd',
        libbpf.bpf_obj_get_info_by_fd(fd, info, u32Box(size)),
        'read map ids',
      ),
  );
  return Array.from({ length: count }, (_, index) => ids.readUInt32LE(index * 4));
}
