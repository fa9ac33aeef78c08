import { describe, expect, it } from 'vitest';
import { changed, on } from '../support/packet.ts';
import { expectOutcome } from './support/expect-outcome.ts';
import { kinds, service, vip } from './support/service-kinds.ts';
import { profiles } from './support/tables.ts';
import { withBench } from './support/with-bench.ts';

/** One port of a pod for a Service per packet and for one of its backends directly: replies would look alike. */
const fromA = { from: 'a', to: 'node1' };
const toA = { from: 'node1', to: 'a' };
const wire = { from: 'router', to: 'node1' };

describe.each(kinds)('kpr, $kind', ({ first, rest }) => {
  const { bench } = withBench(profiles.kpr);

  it('a direct flow from the port of a translated one gets a port of its own', () => {
    bench().service(service('10.244.1.11:8080', rest));
    bench().run('lab_from_container', 'lxca', on(fromA, first('a:1000', `${vip}:80`)));
    const direct = on(fromA, first('a:1000', 'b:8080'));
    const moved = bench().run('lab_from_container', 'lxca', direct);
    const port = moved.packet.readUInt16BE(34);
    expect(port).toBeGreaterThanOrEqual(40000);
    expectOutcome(moved, {
      verdict: 'pass',
      packet: changed(direct, { from: `a:${port}` }),
      counted: ['port_moved', 'stack', 'ct_new'],
    });
    const again = bench().run('lab_from_container', 'lxca', direct);
    expectOutcome(again, { ...{ verdict: 'pass', counted: ['port_moved', 'stack'] }, packet: moved.packet });
    const reply = on(toA, first('b:8080', `a:${port}`));
    expectOutcome(bench().run('lab_to_container', 'lxca', reply), {
      verdict: 'pass',
      packet: changed(reply, { to: 'a:1000' }),
      counted: ['rev_port_moved', 'ct_confirmed', 'delivered'],
    });
  });

  it('a translated flow does not take the port of a direct one', () => {
    bench().service(service('10.244.1.11:8080', rest));
    bench().run('lab_from_container', 'lxca', on(fromA, first('a:1000', 'b:8080')));
    const packet = on(fromA, first('a:1000', `${vip}:80`));
    const translated = bench().run('lab_from_container', 'lxca', packet);
    const port = translated.packet.readUInt16BE(34);
    expect(port).not.toBe(1000);
    expectOutcome(translated, {
      verdict: 'pass',
      packet: changed(packet, { from: `a:${port}`, to: 'b:8080' }),
      counted: ['lb_packet', 'stack', 'ct_new'],
    });
    const reply = on(toA, first('b:8080', 'a:1000'));
    expectOutcome(bench().run('lab_to_container', 'lxca', reply), {
      ...{ verdict: 'pass', packet: reply, counted: ['ct_confirmed', 'delivered'] },
    });
  });
});

describe.each(kinds)('ebpf, $kind', ({ first, rest }) => {
  const { bench } = withBench(profiles.ebpf);

  it('a direct flow to another node from the port of a translated one: its reply is moved back and no more', () => {
    bench().service(service('10.244.2.10:8080', rest));
    bench().run('lab_from_container', 'lxca', on(fromA, first('a:1000', `${vip}:80`)));
    const direct = on(fromA, first('a:1000', 'c:8080'));
    const moved = bench().run('lab_from_container', 'lxca', direct);
    const port = moved.packet.readUInt16BE(34);
    expectOutcome(moved, {
      verdict: 'redirect',
      packet: changed(direct, { from: `a:${port}`, ttl: 63 }),
      counted: ['port_moved', 'redirect_neigh', 'ct_new'],
    });
    // Its own addresses and ports are those of the translated flow's reply, which is another's.
    const reply = on(wire, first('c:8080', `a:${port}`));
    expectOutcome(bench().run('lab_from_netdev', 'eth0', reply), {
      verdict: 'redirect',
      packet: changed(reply, { to: 'a:1000', ttl: 63, eth: toA }),
      counted: ['rev_port_moved', 'ct_confirmed', 'redirect_peer'],
    });
  });
});
