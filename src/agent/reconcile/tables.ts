/** What reconciling needs of a kernel table; src/agent/tables has the real ones. */
export interface TableWriter<K, V> {
  readonly set: (key: K, value: V) => void;
  /** Repeatable. */
  readonly delete: (key: K) => void;
  readonly entries: () => Iterable<readonly [K, V]>;
}

export interface SvcKey {
  readonly addr: number;
  readonly port: number;
  readonly proto: number;
  readonly scope: number;
  readonly slot: number;
}
export interface Svc {
  readonly backendId: number;
  readonly affinitySeconds: number;
  readonly count: number;
  readonly revNat: number;
  readonly flags: number;
}
export interface Backend {
  readonly addr: number;
  readonly port: number;
  readonly proto: number;
}

export interface ServiceTables {
  readonly services: TableWriter<SvcKey, Svc>;
  readonly backends: TableWriter<{ readonly id: number }, Backend>;
}

/** Values of abi.h. */
export const SvcScope = { cluster: 0, external: 1 } as const;
export const SvcFlag = { nodePort: 1, external: 2, affinity: 4, twoScopes: 8, localOnly: 16 } as const;
