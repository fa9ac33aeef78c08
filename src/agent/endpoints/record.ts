import type { Ip4 } from '../../core/ip.ts';

/** A pod's attachment, as kept on disk. The set of records is what says which addresses are held. */
export interface EndpointRecord {
  readonly schema: 'labctl.dev/endpoint/v1';
  readonly containerId: string;
  readonly ifName: string;
  readonly netns: string;
  /** Device and inode of the namespace: a path can name another namespace later. */
  readonly netnsId: string;
  readonly address: Ip4;
  /** Unique on the node, > 0. */
  readonly id: number;
  /** Node side of the veth. */
  readonly link: string;
  /** Index of `link`; 0 until it was made. */
  readonly ifindex: number;
  readonly mac: string;
  readonly nodeMac: string;
  readonly mtu: number;
  readonly pod?: { readonly namespace: string; readonly name: string };
  /** `making` is what a crash in the middle of ADD leaves. */
  readonly phase: 'making' | 'ready';
}

export const recordKey = (containerId: string, ifName: string): string => `${containerId}-${ifName}`;
