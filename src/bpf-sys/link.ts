import { closeSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { checked } from './errors.ts';
import { type Fd, owned } from './fd.ts';
import { libbpf } from './libbpf.ts';
import type { BpfProgram } from './program.ts';
import { u32Box } from './struct.ts';

export type Direction = 'ingress' | 'egress';

/** Numbers of the kernel's enum bpf_attach_type. */
export const AttachType = {
  tcxIngress: 46,
  tcxEgress: 47,
  connect4: 10,
  connect6: 11,
  sendmsg4: 14,
  sendmsg6: 15,
  recvmsg4: 19,
  recvmsg6: 20,
  getpeername4: 29,
  getpeername6: 30,
} as const;
export type CgroupHook = Exclude<keyof typeof AttachType, 'tcxIngress' | 'tcxEgress'>;

export const tcxType = (direction: Direction): number =>
  direction === 'ingress' ? AttachType.tcxIngress : AttachType.tcxEgress;

export interface LinkInfo {
  readonly id: number;
  readonly programId: number;
  /** TCX links: the device, 0 once it is gone. */
  readonly ifindex: number;
  /** Cgroup links: inode of the directory, 0 once it is gone. */
  readonly cgroupId: bigint;
  readonly attachType: number;
}

/** An attachment that lives as long as its last descriptor or pin. */
export interface BpfLink {
  readonly fd: number;
  info(): LinkInfo;
  pin(path: string): void;
  /** Swaps the program atomically. Throws ENOLINK where the device or cgroup is gone. */
  update(program: BpfProgram): void;
  /** Ends the attachment at once, whatever still refers to the link. */
  detach(): void;
  close(): void;
}

const linkTypeCgroup = 3;

/** Attaches to a device of the caller's network namespace. EINVAL before kernel 6.6. */
export function attachTcx(program: BpfProgram, ifindex: number, direction: Direction): BpfLink {
  const fd = libbpf.bpf_link_create(program.fd, ifindex, tcxType(direction), null);
  return linkOf(
    owned(checked('bpf_link_create', fd, `attach to ${direction} of device ${ifindex}`), `tcx/${direction}`),
  );
}

export function attachCgroup(program: BpfProgram, cgroup: string, hook: CgroupHook): BpfLink {
  const directory = openSync(cgroup, 'r');
  try {
    const fd = libbpf.bpf_link_create(program.fd, directory, AttachType[hook], null);
    return linkOf(owned(checked('bpf_link_create', fd, `attach ${hook} to ${cgroup}`), `cgroup/${hook}`));
  } finally {
    closeSync(directory);
  }
}

/** Opens a pinned link. */
export const openLink = (path: string): BpfLink =>
  linkOf(owned(checked('bpf_obj_get', libbpf.bpf_obj_get(path), `open ${path}`), basename(path)));

function linkOf(fd: Fd): BpfLink {
  return {
    get fd() {
      return fd.number;
    },
    info() {
      const info = Buffer.alloc(48);
      checked(
        'bpf_obj_get_info_by_fd',
        libbpf.bpf_obj_get_info_by_fd(fd.number, info, u32Box(info.length)),
        'read link info',
      );
      const isCgroup = info.readUInt32LE(0) === linkTypeCgroup;
      return {
        id: info.readUInt32LE(4),
        programId: info.readUInt32LE(8),
        ifindex: isCgroup ? 0 : info.readUInt32LE(16),
        cgroupId: isCgroup ? info.readBigUInt64LE(16) : 0n,
        attachType: info.readUInt32LE(isCgroup ? 24 : 20),
      };
    },
    pin: (path) => void checked('bpf_obj_pin', libbpf.bpf_obj_pin(fd.number, path), `pin a link to ${path}`),
    update: (program) =>
      void checked(
        'bpf_link_update',
        libbpf.bpf_link_update(fd.number, program.fd, null),
        'swap the program of a link',
      ),
    detach: () => void checked('bpf_link_detach', libbpf.bpf_link_detach(fd.number), 'detach a link'),
    close: () => fd.close(),
  };
}
