import { describe, expect, it } from 'vitest';
import { LabCtFlags, LabCtState, LabSvcFlags, maps } from '../../src/datapath/generated/index.ts';
import { on, type Packet, tcp, udp } from '../support/packet.ts';
import type { Bench } from './support/bench.ts';
import { backendId, ip, profiles, type ServicePlan } from './support/tables.ts';
import { withBench } from './support/with-bench.ts';

const fromA = { from: 'a', to: 'node1' };
const fromB = { from: 'b', to: 'node1' };
const second = 1_000_000_000n;

const there = (flags: string): Packet => on(fromA, tcp('a:1000', 'b:80', flags));
const back = (flags: string): Packet => on(fromB, tcp('b:80', 'a:1000', flags));
const key = { saddr: ip('10.244.1.10'), daddr: ip('10.244.1.11'), sport: 1000, dport: 80, proto: 6 };

describe('conntrack', () => {
  const { bench } = withBench({
    ...profiles.ebpf,
    ct_new_seconds: 60,
    ct_tcp_seconds: 5000,
    ct_any_seconds: 180,
    ct_closing_seconds: 10,
  });
  const flow = () => {
    const confirmed = bench().datapath.table(maps.lab_ct4).get(key);
    const entry = confirmed ?? bench().datapath.table(maps.lab_ctnew4).get(key);
    if (entry === undefined) throw new Error('no flow');
    const life = Number((entry.expires - process.hrtime.bigint()) / second);
    return { ...entry, confirmed: confirmed !== undefined, life };
  };
  const pass = (packet: Packet): void =>
    void bench().run('lab_from_container', packet.eth.from === 'a' ? 'lxca' : 'lxcb', packet);

  it('keeps a flow in the LRU until it is answered, then in the hash', () => {
    pass(there('S'));
    expect(flow()).toMatchObject({ confirmed: false, state: LabCtState.new, packets: 1n });
    expect(flow().life).toBeGreaterThan(55);
    expect(flow().life).toBeLessThanOrEqual(60);
    pass(back('SA'));
    expect(flow()).toMatchObject({ confirmed: true, state: LabCtState.established, packets: 2n });
    expect(flow().life).toBeGreaterThan(4990);
    expect(bench().datapath.table(maps.lab_ctnew4).entries()).toEqual([]);
  });

  it.each([
    ['RST', [there('S'), back('RA')]],
    ['FIN from both sides', [there('S'), back('SA'), there('FA'), back('FA')]],
  ])('ends with %s', (_, packets) => {
    for (const packet of packets) pass(packet);
    expect(flow().state).toBe(LabCtState.closing);
    expect(flow().life).toBeLessThanOrEqual(10);
  });

  it('does not end with one FIN, and begins again when the ports are used again', () => {
    for (const packet of [there('S'), back('SA'), there('FA'), back('A')]) pass(packet);
    expect(flow().state).toBe(LabCtState.established);
    pass(back('FA'));
    expect(flow().state).toBe(LabCtState.closing);
    pass(there('S'));
    expect(flow()).toMatchObject({ state: LabCtState.new, confirmed: true });
    pass(back('SA'));
    expect(flow().state).toBe(LabCtState.established);
  });

  it.each([
    ['lab_ct4', [there('S'), back('SA')]],
    ['lab_ctnew4', [there('S')]],
  ] as const)('takes an entry of %s past its time for none', (name, packets) => {
    for (const packet of packets) pass(packet);
    const table = bench().datapath.table(maps[name]);
    const entry = table.get(key);
    if (entry === undefined) throw new Error('no flow');
    table.set(key, { ...entry, expires: 1n });
    expect(bench().run('lab_from_container', 'lxca', there('A')).counted).toHaveProperty('forward.ct_new');
  });

  it('starts no flow with a RST', () => {
    pass(there('R'));
    expect(bench().datapath.table(maps.lab_ctnew4).entries()).toEqual([]);
  });

  const cluster = (protocol: 'TCP' | 'UDP', backends: string[]): ServicePlan => ({
    ...{ address: '10.96.0.10', port: 80, protocol, revNat: 7, backends },
  });
  const destination = (at: Bench, packet: Packet): string =>
    [...at.run('lab_from_container', 'lxca', packet).packet.subarray(30, 34)].join('.');

  it('goes on with a removed backend for an open TCP connection only', () => {
    const plan = cluster('TCP', ['10.244.1.11:80']);
    bench().service(plan);
    const ask = (flags: string): Packet => on(fromA, tcp('a:1000', '10.96.0.10:80', flags));
    expect(destination(bench(), ask('S'))).toBe('10.244.1.11');
    bench()
      .datapath.table(maps.lab_backend4)
      .delete({ id: backendId(plan, 0) });
    bench().service({ ...cluster('TCP', ['10.244.2.10:80']), revNat: 8 });
    expect(destination(bench(), ask('A'))).toBe('10.244.1.11');
    expect(destination(bench(), ask('S'))).toBe('10.244.2.10');
  });

  it('does not go back to the translation of a flow whose time is past', () => {
    const plan = cluster('TCP', ['10.244.1.11:80']);
    bench().service(plan);
    const ask = (flags: string): Packet => on(fromA, tcp('a:1000', '10.96.0.10:80', flags));
    destination(bench(), ask('S'));
    pass(on(fromB, tcp('b:80', 'a:1000', 'SA')));
    const flows = bench().datapath.table(maps.lab_ct4);
    const [[owner, entry] = []] = flows.entries();
    if (owner === undefined || entry === undefined) throw new Error('no flow');
    flows.set(owner, { ...entry, expires: 1n });
    bench().service({ ...cluster('TCP', ['10.244.2.10:80']), revNat: 8 });
    expect(destination(bench(), ask('S'))).toBe('10.244.2.10');
    expect(destination(bench(), ask('A'))).toBe('10.244.2.10');
    expect(bench().datapath.table(maps.lab_nat4).entries()).toEqual([]);
  });

  it('moves UDP to another backend at once, and nowhere when the Service is gone', () => {
    const plan = cluster('UDP', ['10.244.1.11:80']);
    bench().service(plan);
    const ask = on(fromA, udp('a:1000', '10.96.0.10:80'));
    expect(destination(bench(), ask)).toBe('10.244.1.11');
    bench()
      .datapath.table(maps.lab_backend4)
      .delete({ id: backendId(plan, 0) });
    bench().service({ ...cluster('UDP', ['10.244.2.10:80']), revNat: 8 });
    expect(destination(bench(), ask)).toBe('10.244.2.10');
    bench().datapath.table(maps.lab_svc4).clear();
    bench().datapath.table(maps.lab_backend4).clear();
    expect(bench().run('lab_from_container', 'lxca', ask).counted).toHaveProperty('drop.service_cidr');
  });

  it("does not take a backend for the Service's because another Service has it", () => {
    const plan = { ...cluster('UDP', ['10.244.1.11:80']), flags: LabSvcFlags.affinity, affinitySeconds: 100 };
    bench().service(plan);
    const ask = (port: number): Packet => on(fromA, udp(`a:${port}`, '10.96.0.10:80'));
    expect(destination(bench(), ask(1000))).toBe('10.244.1.11');
    const moved = backendId(plan, 1);
    const table = bench().datapath.table(maps.lab_backend4);
    table.set({ id: moved }, { addr: ip('10.244.2.10'), port: 80, proto: 17 });
    const slot = { addr: ip('10.96.0.10'), port: 80, proto: 17, scope: 0, slot: 1 };
    const value = { backendId: moved, affinitySeconds: 0, count: 0, revNat: 7, flags: 0 };
    bench().datapath.table(maps.lab_svc4).set(slot, value);
    expect(table.get({ id: backendId(plan, 0) })).toBeDefined();
    expect(destination(bench(), ask(1000))).toBe('10.244.2.10');
    expect(destination(bench(), ask(1001))).toBe('10.244.2.10');
  });
});

describe('a node that became one with chains', () => {
  const { bench } = withBench({ ...profiles['kube-proxy'], switched: 1 });
  const owner = { saddr: ip('10.244.1.10'), daddr: ip('10.244.2.10'), sport: 1000, dport: 80, proto: 6 };
  const reply = { saddr: owner.daddr, daddr: owner.saddr, sport: 80, dport: 1000, proto: 6 };
  /** A flow from the time when packets went past the stack. */
  const remember = (state: number): void =>
    bench()
      .datapath.table(maps.lab_ct4)
      .set(owner, {
        ...{ expires: process.hrtime.bigint() + 60n * second, packets: 2n, bytes: 120n },
        ...{ reply, revNat: 0, state, flags: LabCtFlags.pastStack },
      });
  const answered = (flags: string): string =>
    bench().run('lab_from_netdev', 'eth0', on({ from: 'router', to: 'node1' }, tcp('c:80', 'a:1000', flags)))
      .verdict;

  it('keeps an open connection on its way', () => {
    remember(LabCtState.established);
    expect(answered('A')).toBe('redirect');
  });

  it('leaves the ports of one that ended to the next connection, which is of the chains', () => {
    remember(LabCtState.closing);
    expect(answered('A')).toBe('redirect');
    expect(answered('SA')).toBe('pass');
    expect(answered('A')).toBe('pass');
  });
});
