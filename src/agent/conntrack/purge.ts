import { LabCtFlags } from '../../datapath/generated/enums.ts';
import type { LabBackend, LabCt, LabNat, LabTuple } from '../../datapath/generated/structs.ts';

/** What ending flows needs of a table; src/agent/tables has the real ones. */
export interface FlowTable<V> {
  /** Repeatable. */
  readonly delete: (key: LabTuple) => unknown;
  readonly entries: () => Iterable<readonly [LabTuple, V]>;
}

export interface FlowTables {
  /** Confirmed flows and their NAT pairs. */
  readonly flows: FlowTable<LabCt>;
  readonly nat: FlowTable<LabNat>;
  /** Flows without a reply so far. */
  readonly newFlows: FlowTable<LabCt>;
  readonly newNat: FlowTable<LabNat>;
}

/** Ends what still goes to backends that are gone, so that the next datagram chooses another. */
export function purgeBackends(tables: FlowTables, gone: readonly LabBackend[]): number {
  const wanted = new Set(gone.map(({ addr, port, proto }) => `${addr}:${port}/${proto}`));
  if (wanted.size === 0) return 0;
  let count = 0;
  const purge = (flows: FlowTable<LabCt>, nat: FlowTable<LabNat>): void => {
    for (const [key, flow] of flows.entries()) {
      const { saddr, sport, proto } = flow.reply;
      if ((flow.flags & LabCtFlags.nat) === 0 || !wanted.has(`${saddr}:${sport}/${proto}`)) continue;
      deleteFlow(flows, nat, key, flow);
      count++;
    }
  };
  purge(tables.flows, tables.nat);
  purge(tables.newFlows, tables.newNat);
  return count;
}

/** The flow goes last: while it is there, its NAT entries are nobody's orphans. */
function deleteFlow(flows: FlowTable<LabCt>, nat: FlowTable<LabNat>, key: LabTuple, flow: LabCt): void {
  if ((flow.flags & LabCtFlags.nat) !== 0) {
    nat.delete(key);
    nat.delete(flow.reply);
  }
  flows.delete(key);
}
