import { describe, expect, it } from 'vitest';
import { LabNatKind, LabSvcFlags, LabSvcScope, maps } from '../../src/datapath/generated/index.ts';
import { changed, Icmp, icmpError, on, tcp, udp } from '../support/packet.ts';
import { type Bench, Mark } from './support/bench.ts';
import { expectOutcome } from './support/expect-outcome.ts';
import { kinds, service, vip } from './support/service-kinds.ts';
import { ip, nodePort, profiles, type ServicePlan } from './support/tables.ts';
import { withBench } from './support/with-bench.ts';

/** Services per packet: there and back, hop by hop. */
const fromA = { from: 'a', to: 'node1' };
const fromB = { from: 'b', to: 'node1' };
const toA = { from: 'node1', to: 'a' };
const toB = { from: 'node1', to: 'b' };
const wire = { from: 'router', to: 'node1' };
const out = { from: 'node1', to: 'router' };

const nodePortTo = (backend: string): ServicePlan =>
  service(backend, { address: '0.0.0.0', port: 32000, flags: nodePort });

describe('kube-proxy', () => {
  const { bench } = withBench(profiles['kube-proxy']);

  it('leaves Services to the chains, whatever the tables say', () => {
    bench().service(service('10.244.1.11:8080'));
    const packet = on(fromA, tcp('a:1000', `${vip}:80`, 'S'));
    expectOutcome(bench().run('lab_from_container', 'lxca', packet), {
      ...{ verdict: 'pass', packet, counted: ['stack', 'ct_new'], mark: 0 },
    });
    const incoming = on(wire, tcp('client:1000', 'node1:32000', 'S'));
    expectOutcome(bench().run('lab_from_netdev', 'eth0', incoming), {
      ...{ verdict: 'pass', packet: incoming, counted: ['stack', 'ct_new'] },
    });
  });
});

describe.each(kinds)('kpr, $kind', ({ first, rest }) => {
  const { bench } = withBench(profiles.kpr);

  it('pod to a Service on its node: DNAT to the stack, reply translated behind it', () => {
    bench().service(service('10.244.1.11:8080', rest));
    const packet = on(fromA, first('a:1000', `${vip}:80`));
    expectOutcome(bench().run('lab_from_container', 'lxca', packet), {
      verdict: 'pass',
      packet: changed(packet, { to: 'b:8080' }),
      counted: ['lb_packet', 'stack', 'ct_new'],
      mark: Mark.tracked,
    });
    const reply = on(fromB, first('b:8080', 'a:1000'));
    expectOutcome(bench().run('lab_from_container', 'lxcb', reply), {
      ...{ verdict: 'pass', packet: reply, counted: ['stack'], mark: 0 },
    });
    expectOutcome(bench().run('lab_to_container', 'lxca', on(toA, reply)), {
      verdict: 'pass',
      packet: changed(on(toA, reply), { from: `${vip}:80` }),
      counted: ['rev_service', 'ct_confirmed', 'delivered'],
    });
  });

  it('pod to a Service on another node: the reply waits for the hook behind the stack', () => {
    bench().service(service('10.244.2.10:8080', rest));
    const packet = on(fromA, first('a:1000', `${vip}:80`));
    bench().run('lab_from_container', 'lxca', packet);
    const reply = on(wire, first('c:8080', 'a:1000'));
    expectOutcome(bench().run('lab_from_netdev', 'eth0', reply), {
      ...{ verdict: 'pass', packet: reply, counted: ['stack'] },
    });
    expectOutcome(bench().run('lab_to_container', 'lxca', on(toA, reply)), {
      verdict: 'pass',
      packet: changed(on(toA, reply), { from: `${vip}:80` }),
      counted: ['rev_service', 'ct_confirmed', 'delivered'],
    });
  });

  it('outside to a NodePort, backend here: DNAT to the stack, reply translated on the wire', () => {
    bench().service({ ...nodePortTo('10.244.1.10:80'), ...rest });
    const packet = on(wire, first('client:1000', 'node1:32000'));
    const there = bench().run('lab_from_netdev', 'eth0', packet);
    expectOutcome(there, {
      verdict: 'pass',
      packet: changed(packet, { to: 'a:80' }),
      counted: ['nodeport_local', 'stack', 'ct_new'],
      mark: Mark.tracked,
    });
    const delivered = on(toA, first('client:1000', 'a:80'));
    expectOutcome(bench().run('lab_to_container', 'lxca', delivered, { mark: there.mark }), {
      ...{ verdict: 'pass', packet: delivered, counted: ['delivered'] },
    });
    const reply = on(fromA, first('a:80', 'client:1000'));
    expectOutcome(bench().run('lab_from_container', 'lxca', reply), {
      ...{ verdict: 'pass', packet: reply, counted: ['stack'] },
    });
    expectOutcome(bench().run('lab_to_netdev', 'eth0', on(out, reply)), {
      verdict: 'pass',
      packet: changed(on(out, reply), { from: 'node1:32000' }),
      counted: ['rev_nodeport', 'ct_confirmed', 'sent'],
    });
  });
});

describe.each(kinds)('ebpf, $kind', ({ first, rest }) => {
  const { bench } = withBench(profiles.ebpf);

  it('pod to a Service on its node: both ways past the stack', () => {
    bench().service(service('10.244.1.11:8080', rest));
    const packet = on(fromA, first('a:1000', `${vip}:80`));
    expectOutcome(bench().run('lab_from_container', 'lxca', packet), {
      verdict: 'redirect',
      packet: changed(packet, { to: 'b:8080', ttl: 63, eth: toB }),
      counted: ['lb_packet', 'redirect_peer', 'ct_new'],
    });
    const reply = on(fromB, first('b:8080', 'a:1000'));
    expectOutcome(bench().run('lab_from_container', 'lxcb', reply), {
      verdict: 'redirect',
      packet: changed(reply, { from: `${vip}:80`, ttl: 63, eth: toA }),
      counted: ['rev_service', 'ct_confirmed', 'redirect_peer'],
    });
  });

  it('pod to a Service on another node: the reply is translated before redirect_peer', () => {
    bench().service(service('10.244.2.10:8080', rest));
    const packet = on(fromA, first('a:1000', `${vip}:80`));
    expectOutcome(bench().run('lab_from_container', 'lxca', packet), {
      verdict: 'redirect',
      packet: changed(packet, { to: 'c:8080', ttl: 63 }),
      counted: ['lb_packet', 'redirect_neigh', 'ct_new'],
    });
    const reply = on(wire, first('c:8080', 'a:1000'));
    expectOutcome(bench().run('lab_from_netdev', 'eth0', reply), {
      verdict: 'redirect',
      packet: changed(reply, { from: `${vip}:80`, ttl: 63, eth: toA }),
      counted: ['rev_service', 'ct_confirmed', 'redirect_peer'],
    });
  });

  it('outside to a NodePort, backend here: redirect_peer, reply translated as the pod sends it', () => {
    bench().service({ ...nodePortTo('10.244.1.10:80'), ...rest });
    const packet = on(wire, first('client:1000', 'node1:32000'));
    expectOutcome(bench().run('lab_from_netdev', 'eth0', packet), {
      verdict: 'redirect',
      packet: changed(packet, { to: 'a:80', ttl: 63, eth: toA }),
      counted: ['nodeport_local', 'redirect_peer', 'ct_new'],
    });
    const reply = on(fromA, first('a:80', 'client:1000'));
    const back = changed(reply, { from: 'node1:32000', ttl: 63 });
    expectOutcome(bench().run('lab_from_container', 'lxca', reply), {
      ...{ verdict: 'redirect', packet: back, counted: ['rev_nodeport', 'ct_confirmed', 'redirect_neigh'] },
    });
    expectOutcome(bench().run('lab_to_netdev', 'eth0', on(out, back)), {
      ...{ verdict: 'pass', packet: on(out, back), counted: ['sent'] },
    });
  });
});

describe.each(['kpr', 'ebpf'] as const)('%s', (profile) => {
  const { bench } = withBench(profiles[profile]);
  const forward = profile === 'kpr' ? 'pass' : 'redirect';
  const way = profile === 'kpr' ? 'stack' : 'redirect_neigh';

  it('outside to a NodePort, backend elsewhere: SNAT, both ways by redirect_neigh', () => {
    bench().service(nodePortTo('10.244.2.10:80'));
    const packet = on(wire, tcp('client:45000', 'node1:32000', 'S'));
    const there = changed(packet, { from: 'node1:45000', to: 'c:80', ttl: 63 });
    expectOutcome(bench().run('lab_from_netdev', 'eth0', packet), {
      ...{ verdict: 'redirect', packet: there, counted: ['nodeport_remote', 'redirect_neigh', 'ct_new'] },
    });
    expectOutcome(bench().run('lab_to_netdev', 'eth0', on(out, there)), {
      ...{ verdict: 'pass', packet: on(out, there), counted: ['sent'] },
    });
    const reply = on(wire, tcp('c:80', 'node1:45000', 'SA'));
    expectOutcome(bench().run('lab_from_netdev', 'eth0', reply), {
      verdict: 'redirect',
      packet: changed(reply, { from: 'node1:32000', to: 'client:45000', ttl: 63 }),
      counted: ['rev_nodeport', 'ct_confirmed', 'redirect_neigh'],
    });
    const [pair] = bench().datapath.table(maps.lab_nat4).entries();
    expect(pair?.[1]).toMatchObject({ kind: LabNatKind.nodeport, revNat: 7 });
  });

  it('a pod reaches NodePorts of every node, external addresses, and itself', () => {
    bench().service(nodePortTo('10.244.2.10:80'));
    bench().service(service('10.244.2.10:80', { address: '192.0.2.1', flags: LabSvcFlags.external }));
    for (const to of ['node1:32000', 'node2:32000', '192.0.2.1:80']) {
      const packet = on(fromA, tcp(`a:${1000 + to.length}`, to, 'S'));
      const ttl = profile === 'kpr' ? {} : { ttl: 63 };
      expectOutcome(bench().run('lab_from_container', 'lxca', packet), {
        verdict: forward,
        packet: changed(packet, { to: 'c:80', ...ttl }),
        counted: ['lb_packet', way, 'ct_new'],
      });
      bench().datapath.table(maps.lab_ctnew4).clear();
    }
    bench().reset();
    bench().service(service('10.244.1.10:8080'));
    const packet = on(fromA, tcp('a:1000', `${vip}:80`, 'S'));
    expectOutcome(bench().run('lab_from_container', 'lxca', packet), {
      verdict: 'redirect',
      packet: changed(packet, { from: 'hairpin:1000', to: 'a:8080', ttl: 63, eth: toA }),
      counted: ['lb_packet', 'hairpin', 'redirect_peer', 'ct_new'],
    });
    const reply = on(fromA, tcp('a:8080', 'hairpin:1000', 'SA'));
    expectOutcome(bench().run('lab_from_container', 'lxca', reply), {
      verdict: 'redirect',
      packet: changed(reply, { from: `${vip}:80`, to: 'a:1000', ttl: 63, eth: toA }),
      counted: ['rev_service', 'ct_confirmed', 'hairpin', 'redirect_peer'],
    });
  });

  it('does not take a world address for a NodePort, nor a NodePort out of range', () => {
    bench().service(nodePortTo('10.244.2.10:80'));
    bench().service({ ...nodePortTo('10.244.2.10:80'), port: 8080, revNat: 8 });
    for (const to of ['world:32000', 'node2:8080']) {
      const run = bench().run('lab_from_container', 'lxca', on(fromA, tcp('a:1000', to, 'S')));
      expect(run.counted).not.toHaveProperty('forward.lb_packet');
    }
  });

  it('keeps a NodePort of hostNetwork backends on the node: DNAT to the stack, reply on the wire', () => {
    bench().service(nodePortTo('10.9.0.11:8080'));
    const packet = on(wire, tcp('client:45000', 'node1:32000', 'S'));
    expectOutcome(bench().run('lab_from_netdev', 'eth0', packet), {
      verdict: 'pass',
      packet: changed(packet, { to: 'node1:8080' }),
      counted: ['nodeport_local', 'stack', 'ct_new'],
    });
    const reply = on(out, tcp('node1:8080', 'client:45000', 'SA'));
    expectOutcome(bench().run('lab_to_netdev', 'eth0', reply), {
      verdict: 'pass',
      packet: changed(reply, { from: 'node1:32000' }),
      counted: ['rev_nodeport', 'ct_confirmed', 'sent'],
    });
  });

  it('gives outside clients the backends of their own scope', () => {
    bench().service({ ...nodePortTo('10.244.2.10:80'), flags: nodePort | LabSvcFlags.twoScopes });
    bench().service({
      ...nodePortTo('10.244.1.10:80'),
      scope: LabSvcScope.external,
      flags: nodePort | LabSvcFlags.localOnly,
      revNat: 8,
    });
    const outside = bench().run('lab_from_netdev', 'eth0', on(wire, tcp('client:1000', 'node1:32000', 'S')));
    expect(outside.counted).toHaveProperty('forward.nodeport_local');
    const inside = bench().run('lab_from_container', 'lxca', on(fromA, tcp('a:1000', 'node1:32000', 'S')));
    expect(destinationOf(inside.packet)).toBe('10.244.2.10');

    bench().service({
      ...nodePortTo(''),
      ...{ backends: [], scope: LabSvcScope.external, flags: nodePort | LabSvcFlags.localOnly, revNat: 8 },
    });
    const none = bench().run('lab_from_netdev', 'eth0', on(wire, tcp('client:1001', 'node1:32000', 'S')));
    expect(none.counted).toHaveProperty('drop.no_local_backend');
  });

  it.each([
    ['syn', tcp('client:1000', 'node1:32000', 'S', { seq: 5 }), { flags: 'RA', seq: 0, ack: 6 }],
    ['data', tcp('client:1000', 'node1:32000', 'PA', { ack: 9 }), { flags: 'R', seq: 9, ack: 0 }],
    [
      'syn with options and data',
      tcp('client:1000', 'node1:32000', 'S', {
        seq: 5,
        options: Buffer.alloc(8, 1),
        payload: Buffer.alloc(9),
      }),
      { flags: 'RA', seq: 0, ack: 15 },
    ],
  ] as const)('refuses a TCP %s to a Service without backends', (_, packet, { flags, seq, ack }) => {
    bench().service({ ...nodePortTo(''), backends: [] });
    expectOutcome(bench().run('lab_from_netdev', 'eth0', on(wire, packet)), {
      verdict: 'redirect',
      packet: on(out, tcp('node1:32000', 'client:1000', flags, { id: 0, seq, ack, window: 0 })),
      counted: ['refused'],
      mark: Mark.answer,
    });
  });

  it('refuses UDP by ICMP, from the address that was asked', () => {
    bench().service(service('', { backends: [], protocol: 'UDP' }));
    const packet = on(fromA, udp('a:1000', `${vip}:80`));
    const answer = icmpError(vip, 'a', { type: Icmp.unreachable, code: 3, about: packet }, { id: 0 });
    expectOutcome(bench().run('lab_from_container', 'lxca', packet), {
      verdict: 'redirect',
      packet: on(toA, answer),
      counted: ['refused'],
      mark: Mark.answer,
    });
  });

  it('spreads new flows and keeps each with its backend', () => {
    const backends = ['10.244.1.10:80', '10.244.1.11:80', '10.244.2.10:80'];
    bench().service(service('', { backends }));
    const chosen = new Map<string, number>();
    for (let port = 1000; port < 1300; port++) {
      const packet = on(fromA, tcp(`a:${port}`, `${vip}:80`, 'S'));
      const first = destinationOf(bench().run('lab_from_container', 'lxca', packet).packet);
      const again = destinationOf(bench().run('lab_from_container', 'lxca', packet).packet);
      expect(again).toBe(first);
      chosen.set(first, (chosen.get(first) ?? 0) + 1);
    }
    expect([...chosen.keys()].sort()).toEqual(['10.244.1.10', '10.244.1.11', '10.244.2.10']);
    // 300 draws of probability 1/3: 60 is 4.9 standard deviations off.
    for (const count of chosen.values()) expect(count).toBeGreaterThan(60);
  });

  it('keeps a client with its backend under session affinity, until it ends', () => {
    const backends = ['10.244.1.11:80', '10.244.2.10:80'];
    const flags = LabSvcFlags.affinity;
    bench().service(service('', { backends, flags, affinitySeconds: 100 }));
    const ask = (bench: Bench, port: number): string =>
      destinationOf(
        bench.run('lab_from_container', 'lxca', on(fromA, tcp(`a:${port}`, `${vip}:80`, 'S'))).packet,
      );
    const first = ask(bench(), 1000);
    for (let port = 1001; port < 1030; port++) expect(ask(bench(), port)).toBe(first);

    const affinity = bench().datapath.table(maps.lab_affinity4);
    const [entry] = affinity.entries();
    if (entry === undefined) throw new Error('no affinity was kept');
    const [key, value] = entry;
    expect(key).toEqual({ client: BigInt(littleEndian(ip('10.244.1.10'))), revNat: 7, byCookie: 0 });
    const seen = new Set<string>();
    for (let port = 2000; port < 2030; port++) {
      affinity.set(key, { ...value, lastUsed: 0n });
      seen.add(ask(bench(), port));
    }
    expect(seen.size).toBe(2);
  });
});

const destinationOf = (packet: Buffer): string => [...packet.subarray(30, 34)].join('.');

/** A network-order address as the datapath has it in a 64-bit number. */
function littleEndian(address: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(address);
  return bytes.readUInt32LE();
}
