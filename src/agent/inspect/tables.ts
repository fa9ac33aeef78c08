import { existsSync } from 'node:fs';
import { formatIp4 } from '../../core/ip.ts';
import type { MapSpec } from '../../datapath/codec.ts';
import { LabIpcacheFlags, LabNatFlags, LabSvcScope } from '../../datapath/generated/enums.ts';
import { maps } from '../../datapath/generated/maps.ts';
import type {
  LabBackend,
  LabCt,
  LabNat,
  LabSvc,
  LabSvcKey,
  LabTuple,
} from '../../datapath/generated/structs.ts';
import type { InspectedFlow, InspectedNat, InspectedTables } from '../../datapath/inspection.ts';
import { type PinPaths, pinPaths } from '../pins.ts';
import { openTable } from '../tables/table.ts';

export function inspectTables(root: string): InspectedTables {
  const pins = pinPaths(root);
  const read = <K, V>(spec: MapSpec<K, V>): readonly (readonly [K, V])[] => entriesOf(root, pins, spec);
  return {
    endpoints: read(maps.lab_endpoints).map(([{ addr }, { id, ifindex }]) => ({
      address: formatIp4(addr),
      id,
      ifindex,
    })),
    ipcache: read(maps.lab_ipcache).map(([{ addr, prefixlen }, { identity, flags }]) => ({
      prefix: `${formatIp4(addr)}/${prefixlen}`,
      identity,
      flags,
      viaStack: (flags & LabIpcacheFlags.viaStack) !== 0,
    })),
    services: services(
      read(maps.lab_svc4),
      new Map(read(maps.lab_backend4).map(([{ id }, value]) => [id, value])),
    ),
    conntrack: [...read(maps.lab_ct4), ...read(maps.lab_ctnew4)].map(flow),
    nat: [...read(maps.lab_nat4), ...read(maps.lab_natnew4)].flatMap(translation),
  };
}

/** A profile that does not need a table has no pin of it: that is a table without entries. */
function entriesOf<K, V>(root: string, pins: PinPaths, spec: MapSpec<K, V>): readonly (readonly [K, V])[] {
  if (!existsSync(pins.map(spec.name))) return [];
  const table = openTable(root, spec);
  try {
    return table.entries();
  } finally {
    table.close();
  }
}

function services(
  entries: readonly (readonly [LabSvcKey, LabSvc])[],
  backends: ReadonlyMap<number, LabBackend>,
): InspectedTables['services'] {
  const slots = new Map(entries.map(([key, value]) => [slotName(key, key.slot), value]));
  const fronts = entries.filter(([key]) => key.slot === 0);
  return fronts.map(([key, { count, flags, revNat }]) => ({
    address: formatIp4(key.addr),
    port: key.port,
    protocol: key.proto === 17 ? 'UDP' : 'TCP',
    scope: key.scope === LabSvcScope.external ? 'external' : 'cluster',
    flags,
    revNat,
    backends: Array.from(
      { length: count },
      (_, index) => slots.get(slotName(key, index + 1))?.backendId,
    ).flatMap((id) => {
      const backend = id === undefined ? undefined : backends.get(id);
      return id === undefined || backend === undefined
        ? []
        : [{ id, address: formatIp4(backend.addr), port: backend.port }];
    }),
  }));
}

const slotName = ({ addr, port, proto, scope }: LabSvcKey, slot: number): string =>
  `${addr}:${port}/${proto}/${scope}/${slot}`;

const flow = ([key, { revNat, packets }]: readonly [LabTuple, LabCt]): InspectedFlow => ({
  source: formatIp4(key.saddr),
  sourcePort: key.sport,
  destination: formatIp4(key.daddr),
  destinationPort: key.dport,
  protocol: key.proto,
  revNat,
  packets: Number(packets),
});

/** Forward entries only: the entry for replies says the same, backwards. */
function translation([key, { to, flags }]: readonly [LabTuple, LabNat]): readonly InspectedNat[] {
  if ((flags & LabNatFlags.reply) !== 0) return [];
  return [
    {
      original: formatIp4(key.saddr),
      originalPort: key.sport,
      translated: formatIp4(to.saddr),
      translatedPort: to.sport,
      peer: formatIp4(to.daddr),
      peerPort: to.dport,
      protocol: key.proto,
    },
  ];
}
