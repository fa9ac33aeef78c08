import { LabCtFlags, LabNatFlags } from '../../datapath/generated/enums.ts';
import { maps } from '../../datapath/generated/maps.ts';
import type { LabCt, LabNat, LabTuple } from '../../datapath/generated/structs.ts';
import { openTable, type Table } from './table.ts';

export interface Collected {
  readonly conntrack: number;
  readonly nat: number;
}

/** Removes flows that ended and NAT entries that no flow owns. Call it every ten seconds or so. */
export interface Collector {
  /** `now` in nanoseconds of CLOCK_MONOTONIC, which is process.hrtime's. */
  readonly collect: (now?: bigint) => Collected;
  readonly close: () => void;
}

interface FlowTables {
  readonly flows: Table<LabTuple, LabCt>;
  readonly newFlows: Table<LabTuple, LabCt>;
  readonly nat: Table<LabTuple, LabNat>;
}

export function openCollector(pins: string): Collector {
  const tables: FlowTables = {
    flows: openTable(pins, maps.lab_ct4),
    newFlows: openTable(pins, maps.lab_ctnew4),
    nat: openTable(pins, maps.lab_nat4),
  };
  let suspects: ReadonlySet<string> = new Set();
  return {
    collect(now = process.hrtime.bigint()) {
      const ended = endFlows(tables, now);
      const orphans = orphanedNat(tables);
      // An entry is written before its flow is: only one that had no owner twice has none.
      const gone = orphans.filter(({ name }) => suspects.has(name));
      tables.nat.deleteAll(gone.map(({ key }) => key));
      suspects = new Set(orphans.map(({ name }) => name));
      return { conntrack: ended.flows, nat: ended.nat + gone.length };
    },
    close() {
      for (const table of Object.values(tables)) table.close();
    },
  };
}

function endFlows({ flows, nat }: FlowTables, now: bigint): { readonly flows: number; readonly nat: number } {
  let [ended, released] = [0, 0];
  for (const [key, seen] of flows.entries()) {
    if (seen.expires >= now) continue;
    // A packet may have brought the flow back since the table was read.
    const flow = flows.get(key);
    if (flow === undefined || flow.expires >= now) continue;
    if (!flows.delete(key)) continue;
    ended += 1;
    if ((flow.flags & LabCtFlags.nat) === 0) continue;
    for (const entry of [key, flow.reply]) {
      // The port may serve another flow by now.
      if (isOf(key, entry, nat.get(entry)) && nat.delete(entry)) released += 1;
    }
  }
  return { flows: ended, nat: released };
}

function orphanedNat({
  flows,
  newFlows,
  nat,
}: FlowTables): { readonly key: LabTuple; readonly name: string }[] {
  const entries = nat.entries();
  if (entries.length === 0) return [];
  const owners = new Set([...flows.entries(), ...newFlows.entries()].map(([key]) => nameOf(key)));
  return entries.flatMap(([key, value]) =>
    owners.has(nameOf(ownerOf(key, value))) ? [] : [{ key, name: nameOf(key) }],
  );
}

/** The flow of an entry, which both entries of a pair name. */
const ownerOf = (key: LabTuple, { flags, to }: LabNat): LabTuple =>
  (flags & LabNatFlags.reply) === 0 ? key : reversed(to);

const isOf = (flow: LabTuple, key: LabTuple, entry: LabNat | undefined): boolean =>
  entry !== undefined && nameOf(ownerOf(key, entry)) === nameOf(flow);

const nameOf = ({ saddr, sport, daddr, dport, proto }: LabTuple): string =>
  `${saddr}:${sport}>${daddr}:${dport}/${proto}`;

const reversed = ({ saddr, sport, daddr, dport, proto }: LabTuple): LabTuple => ({
  ...{ saddr: daddr, sport: dport, daddr: saddr, dport: sport, proto },
});
