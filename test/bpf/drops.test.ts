import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRing } from '../../src/bpf-sys/index.ts';
import {
  dropReasons,
  LabEventType,
  LabSvcFlags,
  labEvent,
  maps,
} from '../../src/datapath/generated/index.ts';
import { bytesOf, frame, Icmp, icmpError, on, type Packet, raw, tcp, udp } from '../support/packet.ts';
import {
  type Bench,
  type BenchNode,
  benchNode,
  type Device,
  openBench,
  type Program,
} from './support/bench.ts';
import { builtDatapath } from './support/datapath.ts';
import { withFault } from './support/fault.ts';
import { ip, nodePort, profiles } from './support/tables.ts';

/** Every reason has a case; the last test refuses a reason without one. */
interface Case {
  readonly reason: string;
  readonly title: string;
  readonly program: Program;
  readonly packet: Packet | Buffer;
  readonly prepare?: (bench: Bench) => void;
  /** A bench of its own: another configuration, or an object with a fault built in. */
  readonly bench?: 'one-port' | 'faulty';
}
const fromA = { from: 'a', to: 'node1' };
const wire = { from: 'router', to: 'node1' };
const out = { from: 'node1', to: 'router' };
const syn = (to: string): Packet => on(fromA, tcp('a:1000', to, 'S'));
const cut = (packet: Packet, length: number): Buffer => bytesOf(packet).subarray(0, length);

function changedByte(packet: Packet, at: number, value: number): Buffer {
  const bytes = Buffer.from(bytesOf(packet));
  bytes[at] = value;
  return bytes;
}
const later = (to: string): Packet => {
  const whole = on(fromA, udp('a:1000', to, { payload: Buffer.alloc(3000), df: false }));
  return { ...whole, ip: { ...whole.ip, fragment: { offset: 1480, length: 800, last: true } } };
};
const error = (from: string, to: string, options: { ttl?: number; payload?: number } = {}): Packet => {
  const about = udp(`${to}:5`, `${from}:6`, { payload: Buffer.alloc(options.payload ?? 20) });
  const { ttl = 64 } = options;
  return icmpError(from, to, { type: Icmp.unreachable, code: 3, about, quoted: 1600 }, { ttl });
};
const empty = { address: '10.96.0.10', port: 80, backends: [], revNat: 7 };

const cases: readonly Case[] = [
  ...(
    [
      ['options beyond the packet', changedByte(syn('b:80'), 14, 0x4f)],
      ['a length beyond the frame', cut(syn('b:80'), 44)],
      ['no room for a TCP header', cut(on(fromA, raw('a', 'b', 6, { payload: Buffer.alloc(8) })), 42)],
      ['version 6 in an IPv4 frame', changedByte(syn('b:80'), 14, 0x65)],
      ['a header shorter than its minimum', changedByte(syn('b:80'), 14, 0x44)],
    ] as const
  ).map(
    ([title, packet]): Case => ({ reason: 'invalid_header', title, program: 'lab_from_container', packet }),
  ),
  ...(['lab_from_container', 'lab_to_container'] as const).flatMap((program): Case[] => [
    { reason: 'vlan', title: 'a tagged frame', program, packet: frame(0x8100, Buffer.alloc(60)) },
    { reason: 'ipv6', title: 'an IPv6 packet', program, packet: frame(0x86dd, Buffer.alloc(60)) },
  ]),
  ...(
    [
      ['the address of another pod', on(fromA, tcp('b:1000', 'c:80', 'S'))],
      ['an address of nobody', on(fromA, tcp('world:1000', 'c:80', 'S'))],
    ] as const
  ).map(
    ([title, packet]): Case => ({ reason: 'spoofed_source', title, program: 'lab_from_container', packet }),
  ),
  ...['a', 'node1'].map(
    (from): Case => ({
      reason: 'spoofed_source',
      title: `${from}'s address from the wire`,
      program: 'lab_from_netdev',
      packet: on(wire, tcp(`${from}:1000`, 'b:80', 'S')),
    }),
  ),
  ...['127.0.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255'].map(
    (to): Case => ({
      reason: 'martian',
      title: `to ${to}`,
      program: 'lab_from_container',
      packet: syn(`${to}:80`),
    }),
  ),
  {
    reason: 'martian',
    title: 'loopback source from the wire',
    program: 'lab_from_netdev',
    packet: on(wire, tcp('127.0.0.1:1000', 'b:80', 'S')),
  },
  ...(
    [
      ['lab_from_container', syn('10.96.0.99:80')],
      [
        'lab_from_container',
        on(fromA, icmpError('a', '10.96.0.10', { type: 8, code: 0, about: syn('b:1') })),
      ],
      ['lab_from_netdev', on(wire, tcp('client:1000', '10.96.0.99:80', 'S'))],
      ['lab_to_netdev', on(out, tcp('node1:1000', '10.96.0.99:80', 'S'))],
    ] as const
  ).map(
    ([program, packet], i): Case => ({ reason: 'service_cidr', title: `no Service, ${i}`, program, packet }),
  ),
  {
    reason: 'no_backend',
    title: 'a slot that names nothing',
    program: 'lab_from_container',
    packet: syn('10.96.0.10:80'),
    prepare: (bench) => {
      bench.service({ ...empty, backends: ['10.244.1.11:80'] });
      bench.datapath.table(maps.lab_backend4).clear();
    },
  },
  {
    reason: 'no_backend',
    title: 'a RST for a Service without backends',
    program: 'lab_from_container',
    packet: on(fromA, tcp('a:1000', '10.96.0.10:80', 'R')),
    prepare: (bench) => bench.service(empty),
  },
  {
    reason: 'no_local_backend',
    title: 'policy Local',
    program: 'lab_from_netdev',
    packet: on(wire, tcp('client:1000', 'node1:32000', 'S')),
    prepare: (bench) =>
      bench.service({ ...empty, address: '0.0.0.0', port: 32000, flags: nodePort | LabSvcFlags.localOnly }),
  },
  {
    reason: 'frag_not_found',
    title: 'to a Service',
    program: 'lab_from_container',
    packet: later('10.96.0.10:80'),
  },
  { reason: 'frag_not_found', title: 'to the outside', program: 'lab_to_netdev', packet: later('world:80') },
  {
    reason: 'unreachable',
    title: 'a route that says so',
    program: 'lab_from_container',
    packet: syn('198.51.100.1:80'),
  },
  {
    reason: 'ttl_exceeded',
    title: 'an ICMP error, which is not answered',
    program: 'lab_from_container',
    packet: on(fromA, error('a', 'b', { ttl: 1 })),
  },
  {
    reason: 'frag_needed',
    title: 'an ICMP error, which is not answered',
    program: 'lab_from_container',
    packet: on(fromA, error('a', 'c', { payload: 1500 })),
  },
  {
    reason: 'nat_exhausted',
    title: 'one port and two flows',
    program: 'lab_to_netdev',
    packet: on(out, tcp('b:1000', 'world:80', 'S')),
    prepare: (bench) => void bench.run('lab_to_netdev', 'eth0', on(out, tcp('a:1000', 'world:80', 'S'))),
    bench: 'one-port',
  },
  { reason: 'nat_protocol', title: 'GRE', program: 'lab_to_netdev', packet: on(out, raw('a', 'world', 47)) },
  {
    reason: 'rewrite_failed',
    title: 'a helper that refuses',
    program: 'lab_from_container',
    packet: syn('b:80'),
    bench: 'faulty',
  },
];
const deviceOf: Readonly<Record<Program, Device>> = {
  lab_from_container: 'lxca',
  lab_to_container: 'lxca',
  lab_from_netdev: 'eth0',
  lab_to_netdev: 'eth0',
};

describe('drops', () => {
  let node: BenchNode;
  const benches = new Map<Case['bench'], Bench>();
  beforeAll(async () => {
    const built = await builtDatapath();
    node = benchNode();
    benches.set(undefined, openBench(built, node, profiles.ebpf));
    benches.set('one-port', openBench(built, node, { ...profiles.ebpf, nat_first: 40000, nat_last: 40000 }));
    const faulty = withFault(built, 'bpf_l3_csum_replace(a,b,c,d,e)=(-22)');
    benches.set('faulty', openBench(faulty, node, profiles.ebpf));
  });
  afterAll(() => {
    for (const bench of benches.values()) bench.close();
    node.remove();
  });

  it.each(cases)('$reason: $title ($program)', ({ reason, program, packet, prepare, bench: which }) => {
    const bench = benches.get(which);
    if (bench === undefined) throw new Error(`no bench ${which}`);
    bench.reset();
    prepare?.(bench);
    drain(bench);
    const run = bench.run(program, deviceOf[program], packet);
    expect(run.verdict).toBe('drop');
    expect(Object.keys(run.counted).filter((name) => name.startsWith('drop.'))).toEqual([`drop.${reason}`]);
    const [event, ...more] = drain(bench).filter(({ type }) => type === LabEventType.drop);
    expect(more).toEqual([]);
    expect(dropReasons[event?.code ?? 0]?.name).toBe(reason);
    expect(event?.line).toBeGreaterThan(0);
    expect(event?.file).toBeGreaterThan(0);
  });

  it('has a case for every reason', () => {
    const named = new Set(cases.map(({ reason }) => reason));
    expect(
      Object.values(dropReasons)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...named].sort());
  });

  it('tells who was dropped', () => {
    const bench = benches.get(undefined);
    if (bench === undefined) throw new Error('no bench');
    drain(bench);
    bench.run('lab_from_container', 'lxca', syn('10.96.0.99:80'));
    expect(drain(bench).at(-1)?.tuple).toEqual({
      ...{ saddr: ip('10.244.1.10'), daddr: ip('10.96.0.99'), sport: 1000, dport: 80, proto: 6 },
    });
  });
});

function drain(bench: Bench): ReturnType<typeof labEvent.decode>[] {
  const events: ReturnType<typeof labEvent.decode>[] = [];
  const ring = openRing(bench.datapath.map('lab_events'), (record) => {
    events.push(labEvent.decode(record, 0));
  });
  ring.drain(100_000);
  ring.close();
  return events;
}
