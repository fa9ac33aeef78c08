import { maps } from '../datapath/generated/maps.ts';
import type {
  LabBackend,
  LabBackendKey,
  LabEndpoint,
  LabEndpointKey,
  LabIpcache,
  LabIpcacheKey,
  LabSvc,
  LabSvcKey,
} from '../datapath/generated/structs.ts';
import { openTable, type Table } from './tables/index.ts';

/** The pinned tables that the agent writes, by its names for them. */
export interface DatapathTables {
  readonly endpoints: Table<LabEndpointKey, LabEndpoint>;
  readonly ipcache: Table<LabIpcacheKey, LabIpcache>;
  readonly services: Table<LabSvcKey, LabSvc>;
  readonly backends: Table<LabBackendKey, LabBackend>;
}

/** Opens what the loader has pinned. */
export const openDatapathTables = (pins: string): DatapathTables => ({
  endpoints: openTable(pins, maps.lab_endpoints),
  ipcache: openTable(pins, maps.lab_ipcache),
  services: openTable(pins, maps.lab_svc4),
  backends: openTable(pins, maps.lab_backend4),
});
