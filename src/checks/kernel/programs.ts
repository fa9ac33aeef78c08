/** Programs of the datapath by where packets come from (docs/decisions/0002-datapath.md). */
export const programNames = {
  fromContainer: 'lab_from_container',
  toContainer: 'lab_to_container',
  fromNetdev: 'lab_from_netdev',
  toNetdev: 'lab_to_netdev',
  connect4: 'lab_sock4_connect',
} as const;

export const podPrograms = { ingress: programNames.fromContainer, egress: programNames.toContainer } as const;
export const devicePrograms = { ingress: programNames.fromNetdev, egress: programNames.toNetdev } as const;

/** Socket LB: a program per hook of the node's cgroup, for IPv4 and for v4-mapped sockets. */
export const cgroupPrograms: Readonly<Record<string, string>> = {
  'cgroup/connect4': 'lab_sock4_connect',
  'cgroup/sendmsg4': 'lab_sock4_sendmsg',
  'cgroup/recvmsg4': 'lab_sock4_recvmsg',
  'cgroup/getpeername4': 'lab_sock4_getpeername',
  'cgroup/connect6': 'lab_sock6_connect',
  'cgroup/sendmsg6': 'lab_sock6_sendmsg',
  'cgroup/recvmsg6': 'lab_sock6_recvmsg',
  'cgroup/getpeername6': 'lab_sock6_getpeername',
};
