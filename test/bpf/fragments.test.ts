import { describe, expect, it } from 'vitest';
import { bytesOf, changed, on, type Packet, udp } from '../support/packet.ts';
import { expectOutcome } from './support/expect-outcome.ts';
import { nodePort, profiles } from './support/tables.ts';
import { withBench } from './support/with-bench.ts';

/** Only the first fragment names ports; the others follow it. */
const fromA = { from: 'a', to: 'node1' };
const wire = { from: 'router', to: 'node1' };

/** A datagram of 2908 bytes in two fragments. */
function fragments(from: string, to: string, eth: Packet['eth']): readonly [Packet, Packet] {
  const whole = on(eth, udp(from, to, { payload: Buffer.alloc(2900, 5), df: false }));
  const cut = (offset: number, length: number, last: boolean): Packet => ({
    ...whole,
    ip: { ...whole.ip, fragment: { offset, length, last } },
  });
  return [cut(0, 1480, false), cut(1480, 1428, true)];
}

describe('ebpf', () => {
  const { bench } = withBench(profiles.ebpf);

  it('forwards fragments between pods', () => {
    const [first, second] = fragments('a:1000', 'b:80', fromA);
    const eth = { from: 'node1', to: 'b' };
    for (const packet of [first, second]) {
      expectOutcome(bench().run('lab_from_container', 'lxca', packet), {
        verdict: 'redirect',
        packet: changed(packet, { ttl: 63, eth }),
        counted: packet === first ? ['redirect_peer', 'ct_new'] : ['redirect_peer'],
      });
    }
  });

  it('translates all fragments of a datagram alike', () => {
    bench().service({
      ...{ address: '0.0.0.0', port: 32000, protocol: 'UDP', flags: nodePort, revNat: 7 },
      backends: ['10.244.2.10:80'],
    });
    const [first, second] = fragments('client:45000', 'node1:32000', wire);
    const ends = { from: 'node1:45000', to: 'c:80', ttl: 63 };
    expectOutcome(bench().run('lab_from_netdev', 'eth0', first), {
      verdict: 'redirect',
      packet: changed(first, ends),
      counted: ['nodeport_remote', 'redirect_neigh', 'ct_new'],
    });
    // The second fragment of the expected datagram is cut out of bytes that no port or sum is in.
    expectOutcome(bench().run('lab_from_netdev', 'eth0', second), {
      verdict: 'redirect',
      packet: changed(second, ends),
      counted: ['nodeport_remote', 'redirect_neigh'],
    });
  });

  it('leaves a later fragment without its first to who puts it together, where nothing is translated', () => {
    const [, second] = fragments('client:1000', 'node1:9000', wire);
    expectOutcome(bench().run('lab_from_netdev', 'eth0', second), {
      ...{ verdict: 'pass', packet: second, counted: ['stack'] },
    });
    const [, toPod] = fragments('a:1000', 'b:80', fromA);
    expect(bench().run('lab_from_container', 'lxca', toPod).verdict).toBe('redirect');
    expect(bytesOf(toPod).length).toBe(14 + 20 + 1428);
  });
});
