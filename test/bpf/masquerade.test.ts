import { describe, expect, it } from 'vitest';
import { LabCtFlags, LabCtState, LabNatFlags, LabNatKind, maps } from '../../src/datapath/generated/index.ts';
import { bytesOf, changed, echo, Icmp, icmpError, on, type Packet, tcp, udp } from '../support/packet.ts';
import { hosts } from '../support/packet-hosts.ts';
import type { Bench } from './support/bench.ts';
import { expectOutcome } from './support/expect-outcome.ts';
import { ip, profiles } from './support/tables.ts';
import { withBench } from './support/with-bench.ts';

/** Source NAT in the datapath, on host routing and behind the stack. */
const fromA = { from: 'a', to: 'node1' };
const toA = { from: 'node1', to: 'a' };
const wire = { from: 'router', to: 'node1' };

/** The pod's hook, then the wire's, as a packet passes them. */
function leave(bench: Bench, packet: Packet): ReturnType<Bench['run']> {
  const first = bench.run('lab_from_container', 'lxca', packet);
  return bench.run('lab_to_netdev', 'eth0', first.packet, { mark: first.mark });
}

describe.each([
  { name: 'ebpf', values: profiles.ebpf },
  { name: 'kpr with bpf masquerade', values: { ...profiles.kpr, masquerade: 1 } },
])('$name', ({ values }) => {
  const { bench } = withBench(values);
  const isPastStack = values.host_routing === 1;
  const ttl = isPastStack ? { ttl: 63 } : {};

  it.each([
    [
      'tcp',
      (from: string, to: string) => tcp(from, to, 'S'),
      (from: string, to: string) => tcp(from, to, 'SA'),
    ],
    ['udp', udp, udp],
  ] as const)('%s: out by the node, back to the pod', (_, ask, answer) => {
    const packet = on(fromA, ask('a:45000', 'world:80'));
    expectOutcome(leave(bench(), packet), {
      verdict: 'pass',
      packet: changed(packet, { from: 'node1:45000', ...ttl }),
      counted: ['masquerade', 'sent'],
    });
    const reply = on(wire, answer('world:80', 'node1:45000'));
    expectOutcome(bench().run('lab_from_netdev', 'eth0', reply), {
      verdict: isPastStack ? 'redirect' : 'pass',
      packet: changed(reply, { to: 'a:45000', ...(isPastStack ? { ttl: 63, eth: toA } : {}) }),
      counted: ['rev_masquerade', 'ct_confirmed', isPastStack ? 'redirect_peer' : 'stack'],
    });
    const [flow] = bench().datapath.table(maps.lab_ct4).entries();
    expect(flow?.[1].packets).toBe(2n);
    expect((flow?.[1].flags ?? 0) & LabCtFlags.nat).toBe(LabCtFlags.nat);
    const pair = bench().datapath.table(maps.lab_nat4).entries();
    expect(pair.map(([, nat]) => nat.kind)).toEqual([LabNatKind.masquerade, LabNatKind.masquerade]);
    expect(pair.map(([, nat]) => nat.flags & LabNatFlags.reply).sort()).toEqual([0, LabNatFlags.reply]);
  });

  it('a first reply seen by two CPUs leaves the flow and its pair', () => {
    leave(bench(), on(fromA, tcp('a:45000', 'world:80', 'S')));
    const reply = on(wire, tcp('world:80', 'node1:45000', 'SA'));
    const confirmed = bench().datapath.table(maps.lab_ct4);
    bench().run('lab_from_netdev', 'eth0', reply);
    const [moved] = confirmed.entries();
    if (moved === undefined) throw new Error('not confirmed');
    // As the later CPU finds it: the entry that it holds is new, the pair has moved already.
    confirmed.delete(moved[0]);
    bench()
      .datapath.table(maps.lab_ctnew4)
      .set(moved[0], { ...moved[1], state: LabCtState.new });
    bench().run('lab_from_netdev', 'eth0', reply);
    expect(confirmed.entries()).toHaveLength(1);
    expect(bench().datapath.table(maps.lab_nat4).entries()).toHaveLength(2);
  });

  it('ping: the echo id is the port', () => {
    const packet = on(fromA, echo('a', 'world', 45000));
    expectOutcome(leave(bench(), packet), {
      verdict: 'pass',
      packet: changed(packet, { from: 'node1', ...ttl }),
      counted: ['masquerade', 'sent'],
    });
    const reply = on(wire, echo('world', 'node1', 45000, { reply: true }));
    const run = bench().run('lab_from_netdev', 'eth0', reply);
    expect(run.counted).toHaveProperty('forward.rev_masquerade');
    expect(run.packet.subarray(30, 34)).toEqual(Buffer.from([10, 244, 1, 10]));
  });

  it('ping with an id out of range gets one of ours, and its own back', () => {
    const left = leave(bench(), on(fromA, echo('a', 'world', 7)));
    const id = left.packet.readUInt16BE(38);
    expect(id).toBeGreaterThanOrEqual(40000);
    expect(left.packet).toEqual(rebuilt(echo('node1', 'world', id, ttl)));
    const run = bench().run('lab_from_netdev', 'eth0', on(wire, echo('world', 'node1', id, { reply: true })));
    expect(run.packet.readUInt16BE(38)).toBe(7);
  });

  it('leaves alone what knows pods: other pods, nodes, and who asked the pod itself', () => {
    for (const to of ['c:80', 'node2:80']) {
      expectOutcome(leave(bench(), on(fromA, tcp('a:45000', to, 'S'))), {
        ...{ verdict: 'pass', counted: ['sent'] },
      });
    }
    const incoming = on(wire, tcp('client:1000', 'a:80', 'S'));
    bench().run(
      isPastStack ? 'lab_from_netdev' : 'lab_to_container',
      isPastStack ? 'eth0' : 'lxca',
      incoming,
    );
    const reply = on(fromA, tcp('a:80', 'client:1000', 'SA'));
    expectOutcome(leave(bench(), reply), {
      ...{ verdict: 'pass', packet: changed(reply, ttl), counted: ['sent'] },
    });
  });

  it('passes an ICMP error of a pod about a flow that is not translated', () => {
    const about = tcp('client:1000', 'a:80', 'S');
    const error = on(fromA, icmpError('a', 'client', { type: Icmp.unreachable, code: 3, about }));
    expectOutcome(leave(bench(), error), {
      ...{ verdict: 'pass', packet: changed(error, ttl), counted: ['sent'] },
    });
  });

  it('keeps the port of two pods that use the same one apart', () => {
    leave(bench(), on(fromA, tcp('a:45000', 'world:80', 'S')));
    const other = on({ from: 'b', to: 'node1' }, tcp('b:45000', 'world:80', 'S'));
    const first = bench().run('lab_from_container', 'lxcb', other);
    const port = bench().run('lab_to_netdev', 'eth0', first.packet).packet.readUInt16BE(34);
    expect(port).not.toBe(45000);
    expect(port).toBeGreaterThanOrEqual(40000);
    expect(port).toBeLessThanOrEqual(49999);
    const elsewhere = leave(bench(), on(fromA, tcp('a:45000', 'client:80', 'S')));
    expect(elsewhere.packet.readUInt16BE(34)).toBe(45000);
  });

  it.each([
    ['another flow takes its port', 'b'],
    ['it begins anew', 'a'],
  ] as const)('leaves nothing of a dead flow when %s', (_, pod) => {
    leave(bench(), on(fromA, tcp('a:45000', 'world:80', 'S')));
    bench().run('lab_from_netdev', 'eth0', on(wire, tcp('world:80', 'node1:45000', 'SA')));
    const flows = bench().datapath.table(maps.lab_ct4);
    const [[dead, entry] = []] = flows.entries();
    if (dead === undefined || entry === undefined) throw new Error('not confirmed');
    flows.set(dead, { ...entry, expires: 1n });
    const packet = on({ from: pod, to: 'node1' }, tcp(`${pod}:45000`, 'world:80', 'S'));
    const first = bench().run('lab_from_container', `lxc${pod}`, packet);
    expect(bench().run('lab_to_netdev', 'eth0', first.packet).packet.readUInt16BE(34)).toBe(45000);
    // The agent ends dead flows with their pairs: this one's would be somebody else's.
    expect(flows.entries()).toEqual([]);
    bench().run('lab_from_netdev', 'eth0', on(wire, tcp('world:80', 'node1:45000', 'SA')));
    expect(flows.entries().map(([{ saddr }]) => saddr)).toEqual([ip(hosts[pod].address)]);
    expect(bench().datapath.table(maps.lab_nat4).entries()).toHaveLength(2);
  });

  it('never takes a port outside its range', () => {
    const seen = new Set<number>();
    for (let port = 1000; port < 1200; port++) {
      seen.add(leave(bench(), on(fromA, tcp(`a:${port}`, 'world:80', 'S'))).packet.readUInt16BE(34));
    }
    expect(seen.size).toBe(200);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(40000);
    expect(Math.max(...seen)).toBeLessThanOrEqual(49999);
  });
});

describe('ebpf, both translations', () => {
  const { bench } = withBench(profiles.ebpf);

  it('brings the reply of a Service whose backend is outside back in one pass', () => {
    bench().service({ address: '10.96.0.10', port: 80, backends: ['203.0.113.7:8080'], revNat: 7 });
    const packet = on(fromA, tcp('a:45000', '10.96.0.10:80', 'S'));
    expectOutcome(leave(bench(), packet), {
      verdict: 'pass',
      packet: changed(packet, { from: 'node1:45000', to: 'world:8080', ttl: 63 }),
      counted: ['masquerade', 'sent', 'ct_new'],
    });
    const reply = on(wire, tcp('world:8080', 'node1:45000', 'SA'));
    const run = bench().run('lab_from_netdev', 'eth0', reply);
    expect(run.counted).toMatchObject({ 'forward.rev_masquerade': 1, 'forward.rev_service': 1 });
    expect(run.packet).toEqual(
      rebuilt(changed(on(toA, reply), { from: '10.96.0.10:80', to: 'a:45000', ttl: 63 }), toA),
    );
  });

  it('forgets a flow with its pair, and starts anew', () => {
    const packet = on(fromA, tcp('a:45000', 'world:80', 'S'));
    leave(bench(), packet);
    const key = { saddr: ip('10.244.1.10'), daddr: ip('203.0.113.7'), sport: 45000, dport: 80, proto: 6 };
    const flows = bench().datapath.table(maps.lab_ctnew4);
    const flow = flows.get(key);
    if (flow === undefined) throw new Error('no flow');
    flows.set(key, { ...flow, expires: 1n });
    expect(Object.keys(leave(bench(), packet).counted)).toContain('forward.masquerade');
    expect(flows.get(key)?.expires).toBeGreaterThan(1n);
  });
});

const rebuilt = (packet: Packet, eth = fromA): Buffer => bytesOf(on(eth, packet));
