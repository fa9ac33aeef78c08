import { beforeEach, expect, test } from 'vitest';
import { LabCtFlags, LabNatFlags, LabNatKind } from '../../datapath/generated/enums.ts';
import type { LabCt, LabNat, LabTuple } from '../../datapath/generated/structs.ts';
import { type FlowTable, purgeBackends } from './purge.ts';

const second = 1_000_000_000n;
const tuple = (saddr: number, sport: number, daddr: number, dport: number, proto = 17): LabTuple => ({
  saddr,
  daddr,
  sport,
  dport,
  proto,
});
const reversed = (of: LabTuple): LabTuple => tuple(of.daddr, of.dport, of.saddr, of.sport, of.proto);

function table<V>(): FlowTable<V> & {
  readonly set: (key: LabTuple, value: V) => void;
  readonly size: () => number;
} {
  const map = new Map<string, readonly [LabTuple, V]>();
  return {
    set: (key, value) => map.set(JSON.stringify(key), [key, value]),
    delete: (key) => map.delete(JSON.stringify(key)),
    entries: () => [...map.values()],
    size: () => map.size,
  };
}
const make = () => ({
  flows: table<LabCt>(),
  nat: table<LabNat>(),
  newFlows: table<LabCt>(),
  newNat: table<LabNat>(),
});
let tables: ReturnType<typeof make>;
beforeEach(() => {
  tables = make();
});

const client = tuple(1, 1000, 9, 53);
const toBackend = tuple(1, 1000, 20, 5353);
const flow = (expires: bigint, reply: LabTuple, flags: number): LabCt => ({
  expires,
  packets: 1n,
  bytes: 1n,
  reply,
  revNat: 1,
  state: 1,
  flags,
});
const nat = (to: LabTuple, flags: number): LabNat => ({
  to,
  backendId: 1,
  revNat: 1,
  kind: LabNatKind.service,
  flags,
});

/** A translated flow as the datapath inserts it. */
function addTranslated(expires: bigint, flows = tables.flows, pairs = tables.nat): void {
  flows.set(client, flow(expires, reversed(toBackend), LabCtFlags.nat));
  pairs.set(client, nat(toBackend, 0));
  pairs.set(reversed(toBackend), nat(reversed(client), LabNatFlags.reply));
}

test('purging ends flows to the backend, confirmed or not, and no others', () => {
  addTranslated(100n * second);
  addTranslated(100n * second, tables.newFlows, tables.newNat);
  const other = tuple(1, 1001, 21, 5353);
  tables.flows.set(tuple(1, 1001, 9, 53), flow(100n * second, reversed(other), LabCtFlags.nat));
  expect(purgeBackends(tables, [{ addr: 20, port: 5353, proto: 6 }])).toBe(0);
  expect(purgeBackends(tables, [{ addr: 20, port: 5353, proto: 17 }])).toBe(2);
  expect([tables.flows.size(), tables.nat.size(), tables.newFlows.size(), tables.newNat.size()]).toEqual([
    1, 0, 0, 0,
  ]);
});
