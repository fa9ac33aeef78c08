import type { LabBackend } from '../../datapath/generated/structs.ts';
import { createIds, type Ids } from './ids.ts';
import type { ServiceTables } from './tables.ts';

/** Backends with the number of slots that name them. */
export interface Backends {
  readonly idOf: (backend: LabBackend) => number;
  readonly use: (id: number) => void;
  readonly leave: (id: number) => void;
  /** Flows end with their backend: the datapath lets none but open TCP go on without it. */
  readonly dropUnused: () => void;
}

export function createBackends(tables: Pick<ServiceTables, 'backends'>): Backends {
  const ids: Ids = createIds('backends', 0xffff_ffff);
  const users = new Map<number, number>();
  const known = new Map<number, LabBackend>();
  const unused = new Set<number>();
  for (const [{ id }, backend] of tables.backends.entries()) {
    ids.adopt(nameOf(backend), id);
    known.set(id, backend);
    unused.add(id);
  }
  return {
    idOf: (backend) => {
      const id = ids.of(nameOf(backend));
      if (!known.has(id)) {
        tables.backends.set({ id }, backend);
        known.set(id, backend);
        unused.add(id);
      }
      return id;
    },
    use: (id) => {
      users.set(id, (users.get(id) ?? 0) + 1);
      unused.delete(id);
    },
    leave: (id) => {
      const left = (users.get(id) ?? 1) - 1;
      if (left > 0) {
        users.set(id, left);
        return;
      }
      users.delete(id);
      unused.add(id);
    },
    dropUnused: () => {
      for (const id of unused) {
        const backend = known.get(id);
        known.delete(id);
        if (backend === undefined) continue;
        tables.backends.delete({ id });
        ids.release(nameOf(backend));
      }
      unused.clear();
    },
  };
}

const nameOf = ({ addr, port, proto }: LabBackend): string => `${addr}:${port}/${proto}`;
