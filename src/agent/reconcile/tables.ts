import type { LabBackend, LabBackendKey, LabSvc, LabSvcKey } from '../../datapath/generated/structs.ts';

/** What reconciling needs of a kernel table; src/agent/tables has the real ones. */
export interface TableWriter<K, V> {
  readonly set: (key: K, value: V) => void;
  /** Repeatable. */
  readonly delete: (key: K) => unknown;
  readonly entries: () => Iterable<readonly [K, V]>;
}

export interface ServiceTables {
  readonly services: TableWriter<LabSvcKey, LabSvc>;
  readonly backends: TableWriter<LabBackendKey, LabBackend>;
}
