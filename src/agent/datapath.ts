import { maps } from '../datapath/generated/maps.ts';
import type { FlowTables } from './conntrack/purge.ts';
import type { ServiceTables } from './reconcile/tables.ts';
import { openTable, type Table } from './tables/index.ts';

const opened = {
  endpoints: maps.lab_endpoints,
  ipcache: maps.lab_ipcache,
  services: maps.lab_svc4,
  backends: maps.lab_backend4,
  flows: maps.lab_ct4,
  newFlows: maps.lab_ctnew4,
  nat: maps.lab_nat4,
  newNat: maps.lab_natnew4,
} as const;

type TableOf<Spec> = Spec extends {
  key: { decode: (...a: never) => infer K };
  value: { decode: (...a: never) => infer V };
}
  ? Table<K, V>
  : never;

/** The pinned tables of a node, by the agent's names for them. */
export type DatapathTables = ServiceTables &
  FlowTables & { readonly [Name in keyof typeof opened]: TableOf<(typeof opened)[Name]> };

/** Opens the tables that the loader has pinned. */
export const openDatapathTables = (pins: string): DatapathTables => ({
  endpoints: openTable(pins, opened.endpoints),
  ipcache: openTable(pins, opened.ipcache),
  services: openTable(pins, opened.services),
  backends: openTable(pins, opened.backends),
  flows: openTable(pins, opened.flows),
  newFlows: openTable(pins, opened.newFlows),
  nat: openTable(pins, opened.nat),
  newNat: openTable(pins, opened.newNat),
});
