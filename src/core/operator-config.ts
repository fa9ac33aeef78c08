import type { Cidr4 } from './ip.ts';

/** What an operator reads at its start. The chart writes it. */
export interface OperatorConfig {
  readonly schema: 'labctl.dev/operator/v1';
  readonly lab: string;
  readonly ipam: PoolConfig;
  /** API server, where it is not the one that the pod's environment names. */
  readonly server: string | null;
  /** Of the loopback: /healthz, /readyz, /metrics. */
  readonly port: number;
  readonly lease: LeasePlace;
  /** How long a node must be gone before its addresses may be another's. */
  readonly releaseAfterSeconds: number;
}

export interface PoolConfig {
  /** Networks that node networks are cut from. They share no address. */
  readonly pools: readonly Cidr4[];
  /** Prefix length of a node's network. */
  readonly maskSize: number;
}

export interface LeasePlace {
  readonly namespace: string;
  readonly name: string;
}
