import { closeSync, openSync } from 'node:fs';
import { checked } from './errors.ts';
import { libbpf } from './libbpf.ts';
import { AttachType, type CgroupHook, type Direction, tcxType } from './link.ts';
import { withStruct } from './struct.ts';

const room = 64;
const BPF_F_QUERY_EFFECTIVE = 1;

/** Ids of the programs at a TCX hook of a device of the caller's namespace, in the order they run. */
export const tcxPrograms = (ifindex: number, direction: Direction): readonly number[] =>
  query(ifindex, tcxType(direction), 0, `TCX programs of device ${ifindex}`);

/** Ids of the programs that run for a process of this cgroup: its own and those of its parents. */
export function cgroupPrograms(cgroup: string, hook: CgroupHook): readonly number[] {
  const directory = openSync(cgroup, 'r');
  try {
    return query(directory, AttachType[hook], BPF_F_QUERY_EFFECTIVE, `${hook} programs of ${cgroup}`);
  } finally {
    closeSync(directory);
  }
}

function query(target: number, type: number, flags: number, what: string): readonly number[] {
  const ids = Buffer.alloc(room * 4);
  return withStruct(
    40,
    (options) => {
      options.u64(0, 40n);
      options.u32(8, flags);
      options.pointer(16, ids);
      options.u32(24, room);
    },
    (options) => {
      checked('bpf_prog_query_opts', libbpf.bpf_prog_query_opts(target, type, options), `read the ${what}`);
      return Array.from({ length: options.readUInt32LE(24) }, (_, index) => ids.readUInt32LE(index * 4));
    },
  );
}
