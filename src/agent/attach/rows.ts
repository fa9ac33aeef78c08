import type { CgroupHook, Direction } from '../../bpf-sys/index.ts';

/** A place where pod packets or a node's packets pass. Directions are those of the device itself. */
export type DeviceRole = 'endpoint' | 'device';

export interface DeviceRow {
  readonly role: DeviceRole;
  readonly direction: Direction;
  readonly program: string;
}
export interface CgroupRow {
  readonly hook: CgroupHook;
  readonly program: string;
}

/** What a node's devices run: `endpoint` is the node's side of a pod's veth, `device` the uplink. */
export const deviceRows: readonly DeviceRow[] = [
  { role: 'endpoint', direction: 'ingress', program: 'lab_from_container' },
  { role: 'endpoint', direction: 'egress', program: 'lab_to_container' },
  { role: 'device', direction: 'ingress', program: 'lab_from_netdev' },
  { role: 'device', direction: 'egress', program: 'lab_to_netdev' },
];

/** What the sockets of a node's processes run. */
export const cgroupRows: readonly CgroupRow[] = [
  { hook: 'connect4', program: 'lab_sock4_connect' },
  { hook: 'sendmsg4', program: 'lab_sock4_sendmsg' },
  { hook: 'recvmsg4', program: 'lab_sock4_recvmsg' },
  { hook: 'getpeername4', program: 'lab_sock4_getpeername' },
  { hook: 'connect6', program: 'lab_sock6_connect' },
  { hook: 'sendmsg6', program: 'lab_sock6_sendmsg' },
  { hook: 'recvmsg6', program: 'lab_sock6_recvmsg' },
  { hook: 'getpeername6', program: 'lab_sock6_getpeername' },
];

/** Our filter among those of a clsact hook. */
export const filterPlace = { priority: 1, handle: 0x1ab } as const;

export const rowsOf = (role: DeviceRole): readonly DeviceRow[] =>
  deviceRows.filter((row) => row.role === role);

/** Names of link pins say what is attached where, so that a restarted agent can tell. */
export const deviceLink = (row: DeviceRow, device: string): string =>
  `${row.role}-${device}-${row.direction}`;
export const cgroupLink = (row: CgroupRow): string => `cgroup-${row.hook}`;

export interface ParsedLink {
  readonly program: string;
  /** Undefined for cgroup links. */
  readonly device?: string;
  readonly hook: string;
}

/** What the name of a link pin stands for; undefined for a name that is not ours. */
export function parseLink(name: string): ParsedLink | undefined {
  const [, role, device, direction] = /^(endpoint|device)-(.+)-(ingress|egress)$/.exec(name) ?? [];
  const row = deviceRows.find((each) => each.role === role && each.direction === direction);
  if (row !== undefined && device !== undefined) {
    return { program: row.program, device: device.replaceAll('%', '.'), hook: `tcx/${row.direction}` };
  }
  const cgroup = cgroupRows.find((each) => cgroupLink(each) === name);
  return cgroup === undefined ? undefined : { program: cgroup.program, hook: `cgroup/${cgroup.hook}` };
}
