import { createHash } from 'node:crypto';

/**
 * Names of what labs make. All of embedded labs carry the lab's name, so `down` can find them without a
 * record.
 */

/** Longest name that fits a file name in /run/netns. */
const maxNamespaceName = 255;
/** IFNAMSIZ without its terminating zero. */
const maxLinkName = 15;

const hash = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

const bounded = (name: string): string =>
  name.length <= maxNamespaceName ? name : `${name.slice(0, maxNamespaceName - 17)}-${hash(name, 16)}`;

/** `lab` -> lab-control-plane, lab-worker, lab-worker2 ... as kind names them. */
export function nodeNames(lab: string, controlPlanes: number, workers: number): string[] {
  const numbered = (role: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${lab}-${role}${i === 0 ? '' : i + 1}`);
  return [...numbered('control-plane', controlPlanes), ...numbered('worker', workers)];
}

/** Network namespace of a node: `labctl-lab-worker`. */
export const nodeNamespace = (node: string): string => bounded(`labctl-${node}`);
/** Network namespace of a pod: `labctl-lab-pod-default.demo-x7k2p`. */
export const podNamespace = (lab: string, namespace: string, pod: string): string =>
  bounded(`labctl-${lab}-pod-${namespace}.${pod}`);
export type Role = 'fabric' | 'client' | 'world';
export const roleNamespace = (lab: string, role: Role): string => bounded(`labctl-${lab}-${role}`);

/** Host link of a lab, the one object that it puts into the host's network namespace. */
export const hostLink = (lab: string): string => `lab-${hash(lab, maxLinkName - 4)}`;
/** Node side of a pod's veth, from the CNI container id and interface name. */
export const podLink = (containerId: string, ifName: string): string =>
  `lxc${hash(`${containerId}/${ifName}`, maxLinkName - 3)}`;
/** Fabric side of a node's or role's veth. */
export const fabricLink = (name: string): string => `fab${hash(name, maxLinkName - 3)}`;

/** In /etc/cni/net.d of a node; the container runtime takes the first file by name. */
export const cniConfiguration = '05-labctl.conflist';
