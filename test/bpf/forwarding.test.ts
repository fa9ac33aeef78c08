import { describe, expect, it } from 'vitest';
import { LabIpcacheFlags, maps } from '../../src/datapath/generated/index.ts';
import {
  bytesOf,
  changed,
  echo,
  frame,
  Icmp,
  icmpError,
  on,
  type Packet,
  tcp,
  udp,
} from '../support/packet.ts';
import { type Device, Mark, type Program } from './support/bench.ts';
import { type Expected, expectOutcome } from './support/expect-outcome.ts';
import { ip, profiles } from './support/tables.ts';
import { withBench } from './support/with-bench.ts';

/** Where packets go that are for no Service, by profile. */
const fromA = { from: 'a', to: 'node1' };
const wire = { from: 'router', to: 'node1' };
const toPod = (pod: 'a' | 'b'): Packet['eth'] => ({ from: 'node1', to: pod });
const out = { from: 'node1', to: 'router' };

interface Row {
  readonly title: string;
  readonly program: Program;
  readonly device: Device;
  readonly packet: Packet;
  readonly stack: Expected;
  readonly ebpf: Expected;
}
const passed = (packet: Packet, ...counted: string[]): Expected => ({ verdict: 'pass', packet, counted });
const redirected = (packet: Packet, ...counted: string[]): Expected => ({
  verdict: 'redirect',
  packet,
  counted,
});

const rows: readonly Row[] = [
  ...[tcp('a:1000', 'b:80', 'S'), udp('a:1000', 'b:80'), echo('a', 'b', 7)].map((sent): Row => {
    const packet = on(fromA, sent);
    return {
      title: `pod to pod, same node, ${sent.l4.kind}`,
      program: 'lab_from_container',
      device: 'lxca',
      packet,
      stack: passed(packet, 'stack', 'ct_new'),
      ebpf: redirected(changed(packet, { ttl: 63, eth: toPod('b') }), 'redirect_peer', 'ct_new'),
    };
  }),
  ...(['c', 'node2', 'world'] as const).map((to): Row => {
    const packet = on(fromA, tcp('a:1000', `${to}:80`, 'S'));
    return {
      title: `pod to ${to}`,
      program: 'lab_from_container',
      device: 'lxca',
      packet,
      stack: passed(packet, 'stack', 'ct_new'),
      ebpf: redirected(changed(packet, { ttl: 63 }), 'redirect_neigh', 'ct_new'),
    };
  }),
  ...['node1', '192.0.2.9'].map((to): Row => {
    const packet = on(fromA, tcp('a:1000', `${to}:80`, 'S'));
    return {
      title: to === 'node1' ? 'pod to its own node' : 'pod to a network behind another device',
      program: 'lab_from_container',
      device: 'lxca',
      packet,
      stack: passed(packet, 'stack', 'ct_new'),
      ebpf: passed(packet, 'stack', 'ct_new'),
    };
  }),
  ...(['c', 'node2', 'client'] as const).map((from): Row => {
    const packet = on(wire, tcp(`${from}:1000`, 'a:80', 'S'));
    return {
      title: `${from} to a pod of this node`,
      program: 'lab_from_netdev',
      device: 'eth0',
      packet,
      stack: passed(packet, 'stack'),
      ebpf: redirected(changed(packet, { ttl: 63, eth: toPod('a') }), 'redirect_peer', 'ct_new'),
    };
  }),
  ...[tcp('client:1000', 'node1:22', 'S'), echo('client', 'node1', 9)].map((sent): Row => {
    const packet = on(wire, sent);
    return {
      title: `outside to the node itself, ${sent.l4.kind}`,
      program: 'lab_from_netdev',
      device: 'eth0',
      packet,
      stack: passed(packet, 'stack'),
      ebpf: passed(packet, 'stack'),
    };
  }),
  ...(['node1', 'c'] as const).map((from): Row => {
    const packet = on(toPod('a'), tcp(`${from}:1000`, 'a:80', 'S'));
    return {
      title: `${from} to a pod through the stack`,
      program: 'lab_to_container',
      device: 'lxca',
      packet,
      stack: passed(packet, 'delivered', 'ct_new'),
      ebpf: passed(packet, 'delivered', 'ct_new'),
    };
  }),
  ...[tcp('node1:1000', 'world:80', 'S'), tcp('a:1000', 'c:80', 'S'), tcp('a:1000', 'node2:80', 'S')].map(
    (sent): Row => {
      const packet = on(out, sent);
      return {
        title: `${sent.ip.from} to ${sent.ip.to} on the wire`,
        program: 'lab_to_netdev',
        device: 'eth0',
        packet,
        stack: passed(packet, 'sent'),
        ebpf: passed(packet, 'sent'),
      };
    },
  ),
];

describe.each(['kube-proxy', 'kpr', 'ebpf'] as const)('%s', (profile) => {
  const { bench } = withBench(profiles[profile]);
  const side = profile === 'ebpf' ? 'ebpf' : 'stack';

  it.each(rows)('$title', ({ program, device, packet, ...expected }) => {
    expectOutcome(bench().run(program, device, packet), expected[side]);
  });

  it.each([
    ['lab_from_container', 'lxca'],
    ['lab_to_container', 'lxca'],
    ['lab_from_netdev', 'eth0'],
    ['lab_to_netdev', 'eth0'],
  ] as const)('%s passes ARP', (program, device) => {
    const arp = frame(0x0806, Buffer.alloc(28));
    expectOutcome(bench().run(program, device, arp), { verdict: 'pass', packet: arp, counted: ['non_ip'] });
  });

  it.each([
    ['lab_from_netdev', 0x86dd, 'ipv6'],
    ['lab_to_netdev', 0x86dd, 'ipv6'],
    ['lab_from_netdev', 0x8100, 'vlan'],
    ['lab_to_netdev', 0x8100, 'vlan'],
  ] as const)('%s leaves %i of the node itself alone', (program, type, counted) => {
    const other = frame(type, Buffer.alloc(60));
    expectOutcome(bench().run(program, 'eth0', other), {
      verdict: 'pass',
      packet: other,
      counted: [counted],
    });
  });

  it('counts a flow once where two hooks see it', () => {
    const packet = on(fromA, tcp('a:1000', 'b:80', 'S'));
    const first = bench().run('lab_from_container', 'lxca', packet);
    if (profile === 'ebpf') return;
    expect(first.mark).toBe(profile === 'kpr' ? Mark.tracked : 0);
    const second = bench().run('lab_to_container', 'lxcb', on(toPod('b'), packet), { mark: first.mark });
    expectOutcome(second, { verdict: 'pass', counted: ['delivered'] });
    const [flow] = bench().datapath.table(maps.lab_ctnew4).entries();
    expect(flow?.[1].packets).toBe(profile === 'kpr' ? 1n : 2n);
  });
});

describe('past the stack', () => {
  const { bench } = withBench(profiles.ebpf);
  const send = (packet: Packet, skb = {}) => bench().run('lab_from_container', 'lxca', packet, skb);
  const big = (size: number, df = true): Packet =>
    on(fromA, udp('a:1000', 'c:80', { df, payload: Buffer.alloc(size, 1) }));

  it('leaves destinations that are marked so to the stack', () => {
    const key = { prefixlen: 32, addr: ip('10.9.0.1') };
    const table = bench().datapath.table(maps.lab_ipcache);
    table.set(key, { identity: 2, nodeAddr: 0, flags: LabIpcacheFlags.viaStack });
    const packet = on(fromA, udp('a:1000', 'router:53'));
    expectOutcome(send(packet), passed(packet, 'stack', 'ct_new'));
    table.delete(key);
    expectOutcome(
      send(on(fromA, udp('a:1001', 'router:53'))),
      redirected(on(fromA, udp('a:1001', 'router:53', { ttl: 63 })), 'redirect_neigh', 'ct_new'),
    );
  });

  it.each([
    ['a pod of this node', 'b:80'],
    ['another node', 'c:80'],
  ])('answers a packet to %s whose time is up', (_, to) => {
    const packet = on(fromA, tcp('a:1000', to, 'S', { ttl: 1 }));
    const answer = icmpError(
      'node1',
      'a',
      { type: Icmp.timeExceeded, code: 0, about: packet, quoted: 40 },
      { id: 0 },
    );
    expectOutcome(send(packet), {
      verdict: 'redirect',
      packet: on(toPod('a'), answer),
      counted: ['answered_ttl', 'ct_new'],
      mark: Mark.answer,
    });
  });

  it('answers a packet that does not fit the next hop, and leaves it to the stack without DF', () => {
    const packet = big(1480);
    const error = { type: Icmp.unreachable, code: 4, info: 1500, about: packet };
    expectOutcome(
      send(packet),
      redirected(on(toPod('a'), icmpError('node1', 'a', error, { id: 0 })), 'answered_frag', 'ct_new'),
    );
    expectOutcome(send(big(1480, false)), passed(big(1480, false), 'stack'));
    expectOutcome(send(big(1472)), redirected(changed(big(1472), { ttl: 63 }), 'redirect_neigh'));
  });

  it('holds the segments of a GSO packet against the MTU, not the packet', () => {
    const packet = on(fromA, tcp('a:1000', 'c:80', 'A', { payload: Buffer.alloc(2896, 1) }));
    const fits = send(packet, { gsoSize: 1448, gsoSegments: 2 });
    expectOutcome(fits, redirected(changed(packet, { ttl: 63 }), 'redirect_neigh', 'ct_new'));
    const tooBig = send(packet, { gsoSize: 1500, gsoSegments: 2 });
    expect(Object.keys(tooBig.counted)).toContain('forward.answered_frag');
  });

  it('lets its own answers through the hook behind it', () => {
    const answer = on(toPod('a'), tcp('b:80', 'a:1000', 'RA'));
    expectOutcome(bench().run('lab_to_container', 'lxca', answer, { mark: Mark.answer }), {
      verdict: 'pass',
      packet: bytesOf(answer),
      counted: [],
    });
    expectOutcome(bench().run('lab_to_netdev', 'eth0', answer, { mark: Mark.answer }), {
      verdict: 'pass',
      counted: [],
    });
  });
});
