import { LabSvcFlags, LabSvcScope } from '../../datapath/generated/enums.ts';
import type { LabSvc, LabSvcKey } from '../../datapath/generated/structs.ts';
import { createBackends } from './backends.ts';
import {
  type BackendAddress,
  type Frontend,
  type FrontendAddress,
  type FrontendKind,
  frontendKey,
} from './frontends.ts';
import { createIds } from './ids.ts';
import type { ServiceTables } from './tables.ts';

/**
 * Writes frontends so that a packet at any moment finds a whole Service: backends before the slots
 * that name them, slots before the count that covers them, and everything in reverse on the way out.
 */
export interface ServiceWriter {
  /** Writes the differences to what the table has. */
  readonly set: (frontend: Frontend) => void;
  readonly remove: (frontend: FrontendAddress) => void;
  /** After the first full sync: removes what an earlier run left and nobody wants now. */
  readonly sweep: (wanted: ReadonlySet<string>) => void;
}

/** Takes over what the tables hold, so that ids stay the same over a restart. */
export function createServiceWriter(tables: ServiceTables): ServiceWriter {
  const slots = new Map<string, LabSvc>();
  const backends = createBackends(tables);
  const revNatIds = createIds('frontends', 65_535);
  adopt();

  function adopt(): void {
    for (const [key, value] of tables.services.entries()) {
      slots.set(slotKey(key), value);
      if (key.slot > 0) backends.use(value.backendId);
      else revNatIds.adopt(frontendKey(key), value.revNat);
    }
  }

  function writeSlot(key: LabSvcKey, value: LabSvc): void {
    const name = slotKey(key);
    const before = slots.get(name);
    if (before !== undefined && sameSlot(before, value)) return;
    tables.services.set(key, value);
    slots.set(name, value);
    if (key.slot > 0) backends.use(value.backendId);
    if (before !== undefined && key.slot > 0) backends.leave(before.backendId);
  }

  function deleteSlot(key: LabSvcKey): void {
    const name = slotKey(key);
    const before = slots.get(name);
    if (before === undefined) return;
    tables.services.delete(key);
    slots.delete(name);
    if (key.slot > 0) backends.leave(before.backendId);
  }

  function writeScope(
    base: Omit<LabSvcKey, 'slot'>,
    addresses: readonly BackendAddress[],
    head: SlotHead,
  ): void {
    const ids = addresses.map((address) => backends.idOf({ ...address, proto: base.proto }));
    ids.forEach((backendId, index) => {
      writeSlot(
        { ...base, slot: index + 1 },
        { backendId, affinitySeconds: 0, count: 0, revNat: head.revNat, flags: 0 },
      );
    });
    writeSlot({ ...base, slot: 0 }, { ...head, backendId: 0, count: ids.length });
    deleteSlotsAfter(base, ids.length);
  }

  function deleteScope(base: Omit<LabSvcKey, 'slot'>): void {
    deleteSlot({ ...base, slot: 0 });
    deleteSlotsAfter(base, 0);
  }

  /** The last one first: whatever ends this half-way leaves no slot behind a gap, where nobody looks. */
  function deleteSlotsAfter(base: Omit<LabSvcKey, 'slot'>, kept: number): void {
    let last = kept;
    while (slots.has(slotKey({ ...base, slot: last + 1 }))) last++;
    for (let slot = last; slot > kept; slot--) deleteSlot({ ...base, slot });
  }

  function remove({ addr, port, proto }: FrontendAddress): void {
    deleteScope({ addr, port, proto, scope: LabSvcScope.cluster });
    deleteScope({ addr, port, proto, scope: LabSvcScope.external });
    revNatIds.release(frontendKey({ addr, port, proto }));
    backends.dropUnused();
  }

  return {
    set: (frontend) => {
      const { addr, port, proto } = frontend;
      const revNat = revNatIds.of(frontendKey(frontend));
      const head = (flags: number): SlotHead => ({
        affinitySeconds: frontend.affinitySeconds,
        revNat,
        flags: commonFlags(frontend) | flags,
      });
      const inner = { addr, port, proto, scope: LabSvcScope.cluster };
      const outer = { addr, port, proto, scope: LabSvcScope.external };
      const local = frontend.isLocalOnly ? LabSvcFlags.localOnly : 0;
      // The external scope stands before the flag that points to it, and falls after it.
      if (frontend.external === undefined) {
        writeScope(inner, frontend.backends, head(local));
        deleteScope(outer);
      } else {
        writeScope(outer, frontend.external, head(LabSvcFlags.localOnly));
        writeScope(inner, frontend.backends, head(local | LabSvcFlags.twoScopes));
      }
      backends.dropUnused();
    },
    remove,
    sweep: (wanted) => {
      const keys = [...tables.services.entries()].map(([key]) => key);
      for (const key of keys) if (!wanted.has(frontendKey(key))) remove(key);
    },
  };
}

type SlotHead = Pick<LabSvc, 'affinitySeconds' | 'revNat' | 'flags'>;

const kindFlags: Readonly<Record<FrontendKind, number>> = {
  'cluster-ip': 0,
  'node-port': LabSvcFlags.nodeport,
  external: LabSvcFlags.external,
};

const commonFlags = (frontend: Frontend): number =>
  kindFlags[frontend.kind] | (frontend.affinitySeconds > 0 ? LabSvcFlags.affinity : 0);

const slotKey = ({ addr, port, proto, scope, slot }: LabSvcKey): string =>
  `${addr}:${port}/${proto}/${scope}/${slot}`;

const sameSlot = (a: LabSvc, b: LabSvc): boolean =>
  a.backendId === b.backendId &&
  a.affinitySeconds === b.affinitySeconds &&
  a.count === b.count &&
  a.revNat === b.revNat &&
  a.flags === b.flags;
