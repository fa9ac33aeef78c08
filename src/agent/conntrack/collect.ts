import { LabCtFlags, LabNatFlags } from '../../datapath/generated/enums.ts';
import type { LabBackend, LabCt, LabNat, LabTuple } from '../../datapath/generated/structs.ts';
import type { FlowTable, FlowTables } from './tables.ts';

export interface Collected {
  readonly flows: number;
  readonly nat: number;
  /** Live flows that were seen. */
  readonly alive: number;
}

/** Entries past their time are absent to the datapath already; this much later they go. */
const graceNs = 5_000_000_000n;

/** Deletes flows that ended and the NAT entries that belong to no flow. `nowNs` is CLOCK_MONOTONIC. */
export function collectFlows(tables: FlowTables, nowNs: bigint): Collected {
  const isOver = (flow: LabCt): boolean => flow.expires + graceNs < nowNs;
  let flows = 0;
  let alive = 0;
  for (const [key, seen] of tables.flows.entries()) {
    if (!isOver(seen)) {
      alive++;
      continue;
    }
    // A packet may have begun the flow anew since it was read.
    const now = tables.flows.get(key);
    if (now === undefined || !isOver(now)) continue;
    deleteFlow(tables.flows, tables.nat, key, now);
    flows++;
  }
  return { flows, alive, nat: collectOrphans(tables) };
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

/** A pair without its flow: an insertion that was cut short. */
function collectOrphans(tables: FlowTables): number {
  let count = 0;
  for (const [key, entry] of tables.nat.entries()) {
    const owner = (entry.flags & LabNatFlags.reply) === 0 ? key : reversed(entry.to);
    if (tables.flows.get(owner) !== undefined || tables.newFlows.get(owner) !== undefined) continue;
    tables.nat.delete(key);
    count++;
  }
  return count;
}

const reversed = ({ saddr, daddr, sport, dport, proto }: LabTuple): LabTuple => ({
  saddr: daddr,
  daddr: saddr,
  sport: dport,
  dport: sport,
  proto,
});
