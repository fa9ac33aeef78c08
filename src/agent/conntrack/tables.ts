import type { LabCt, LabNat, LabTuple } from '../../datapath/generated/structs.ts';

/** What collecting needs of a flow table; src/agent/tables has the real ones. */
export interface FlowTable<V> {
  readonly get: (key: LabTuple) => V | undefined;
  /** Repeatable. */
  readonly delete: (key: LabTuple) => unknown;
  readonly entries: () => Iterable<readonly [LabTuple, V]>;
}

export interface FlowTables {
  /** Confirmed flows and their NAT pairs: plain hashes, nobody else takes entries out. */
  readonly flows: FlowTable<LabCt>;
  readonly nat: FlowTable<LabNat>;
  /** Flows without a reply so far: the kernel takes the oldest when the tables are full. */
  readonly newFlows: FlowTable<LabCt>;
  readonly newNat: FlowTable<LabNat>;
}
