import { describe, expect, it } from 'vitest';
import { changed, echo, Icmp, icmpError, on, type Packet, tcp, udp } from '../support/packet.ts';
import { expectOutcome } from './support/expect-outcome.ts';
import { nodePort, profiles, type ServicePlan } from './support/tables.ts';
import { withBench } from './support/with-bench.ts';

/**
 * ICMP errors about translated flows reach the sender of the quoted packet, which must recognise it.
 * `quoted` runs over the L4 checksum of TCP once inside and once outside of what is quoted.
 */
const fromA = { from: 'a', to: 'node1' };
const toA = { from: 'node1', to: 'a' };
const wire = { from: 'router', to: 'node1' };
const out = { from: 'node1', to: 'router' };
const unreachable = { type: Icmp.unreachable, code: 3 };
const fragNeeded = { type: Icmp.unreachable, code: 4, info: 1400 };

const services: readonly ServicePlan[] = (['TCP', 'UDP'] as const).flatMap((protocol, i) => [
  { address: '10.96.0.10', port: 80, protocol, backends: ['10.244.2.10:8080'], revNat: 10 + i },
  {
    address: '0.0.0.0',
    port: 32000,
    protocol,
    backends: ['10.244.2.10:80'],
    revNat: 20 + i,
    flags: nodePort,
  },
  {
    address: '0.0.0.0',
    port: 32001,
    protocol,
    backends: ['10.244.1.10:80'],
    revNat: 30 + i,
    flags: nodePort,
  },
]);
const kinds = [
  { kind: 'udp', ask: (from: string, to: string) => udp(from, to), quoted: 28 },
  { kind: 'udp without checksum', ask: (f: string, t: string) => udp(f, t, { unsummed: true }), quoted: 28 },
  { kind: 'tcp, ports only', ask: (from: string, to: string) => tcp(from, to, 'S'), quoted: 28 },
  { kind: 'tcp with its checksum', ask: (from: string, to: string) => tcp(from, to, 'S'), quoted: 40 },
] as const;

describe.each(kinds)('ebpf, $kind', ({ ask, quoted }) => {
  const { bench } = withBench(profiles.ebpf);
  const about = (packet: Packet) => ({ about: packet, quoted });
  const start = (packet: Packet, device: 'lxca' | 'eth0'): void => {
    for (const service of services) bench().service(service);
    bench().run(device === 'eth0' ? 'lab_from_netdev' : 'lab_from_container', device, packet);
  };

  it('a router on the way to a remote NodePort backend: told to the client, from the router', () => {
    start(on(wire, ask('client:45000', 'node1:32000')), 'eth0');
    const error = on(
      wire,
      icmpError('router', 'node1', { ...fragNeeded, ...about(ask('node1:45000', 'c:80')) }),
    );
    expectOutcome(bench().run('lab_from_netdev', 'eth0', error), {
      verdict: 'redirect',
      packet: on(
        wire,
        icmpError(
          'router',
          'client',
          { ...fragNeeded, ...about(ask('client:45000', 'node1:32000')) },
          { ttl: 63 },
        ),
      ),
      counted: ['icmp_error', 'redirect_neigh'],
    });
  });

  it('the backend itself: told to the client from the node, and by the client to the backend', () => {
    start(on(wire, ask('client:45000', 'node1:32000')), 'eth0');
    const error = on(wire, icmpError('c', 'node1', { ...unreachable, ...about(ask('node1:45000', 'c:80')) }));
    expectOutcome(bench().run('lab_from_netdev', 'eth0', error), {
      verdict: 'redirect',
      packet: on(
        wire,
        icmpError(
          'node1',
          'client',
          { ...unreachable, ...about(ask('client:45000', 'node1:32000')) },
          { ttl: 63 },
        ),
      ),
      counted: ['icmp_error', 'redirect_neigh'],
    });
    const back = on(
      wire,
      icmpError('client', 'node1', { ...unreachable, ...about(ask('node1:32000', 'client:45000')) }),
    );
    expectOutcome(bench().run('lab_from_netdev', 'eth0', back), {
      verdict: 'redirect',
      packet: on(
        wire,
        icmpError('node1', 'c', { ...unreachable, ...about(ask('c:80', 'node1:45000')) }, { ttl: 63 }),
      ),
      counted: ['icmp_error', 'redirect_neigh'],
    });
  });

  it('a backend of this node: the pod tells the client, from the node', () => {
    start(on(wire, ask('client:45000', 'node1:32001')), 'eth0');
    const error = on(
      fromA,
      icmpError('a', 'client', { ...unreachable, ...about(ask('client:45000', 'a:80')) }),
    );
    expectOutcome(bench().run('lab_from_container', 'lxca', error), {
      verdict: 'redirect',
      packet: on(
        fromA,
        icmpError(
          'node1',
          'client',
          { ...unreachable, ...about(ask('client:45000', 'node1:32001')) },
          { ttl: 63 },
        ),
      ),
      counted: ['icmp_error', 'redirect_neigh'],
    });
  });

  it('a pod whose Service does not answer: told about the Service, from the Service', () => {
    start(on(fromA, ask('a:1000', '10.96.0.10:80')), 'lxca');
    const error = on(wire, icmpError('c', 'a', { ...unreachable, ...about(ask('a:1000', 'c:8080')) }));
    expectOutcome(bench().run('lab_from_netdev', 'eth0', error), {
      verdict: 'redirect',
      packet: on(
        toA,
        icmpError(
          '10.96.0.10',
          'a',
          { ...unreachable, ...about(ask('a:1000', '10.96.0.10:80')) },
          { ttl: 63 },
        ),
      ),
      counted: ['icmp_error', 'redirect_peer'],
    });
  });

  it('a masqueraded pod, and the pod about what comes back to it', () => {
    start(on(fromA, ask('a:45000', 'world:80')), 'lxca');
    bench().run('lab_to_netdev', 'eth0', on(out, ask('a:45000', 'world:80')));
    const error = on(
      wire,
      icmpError('router', 'node1', { ...fragNeeded, ...about(ask('node1:45000', 'world:80')) }),
    );
    expectOutcome(bench().run('lab_from_netdev', 'eth0', error), {
      verdict: 'redirect',
      packet: on(
        toA,
        icmpError('router', 'a', { ...fragNeeded, ...about(ask('a:45000', 'world:80')) }, { ttl: 63 }),
      ),
      counted: ['icmp_error', 'redirect_peer'],
    });
    const complaint = on(
      out,
      icmpError('a', 'world', { ...unreachable, ...about(ask('world:80', 'a:45000')) }),
    );
    expectOutcome(bench().run('lab_to_netdev', 'eth0', complaint), {
      verdict: 'pass',
      packet: on(
        out,
        icmpError('node1', 'world', { ...unreachable, ...about(ask('world:80', 'node1:45000')) }),
      ),
      counted: ['icmp_error', 'sent'],
    });
  });
});

describe('kpr', () => {
  const { bench } = withBench(profiles.kpr);

  it('translates where it translates the flow: behind the stack', () => {
    for (const service of services) bench().service(service);
    bench().run('lab_from_container', 'lxca', on(fromA, udp('a:1000', '10.96.0.10:80')));
    const error = icmpError('c', 'a', { ...unreachable, about: udp('a:1000', 'c:8080') });
    expectOutcome(bench().run('lab_from_netdev', 'eth0', on(wire, error)), {
      ...{ verdict: 'pass', packet: on(wire, error), counted: ['stack'] },
    });
    expectOutcome(bench().run('lab_to_container', 'lxca', on(toA, error)), {
      verdict: 'pass',
      packet: on(
        toA,
        icmpError('10.96.0.10', 'a', { ...unreachable, about: udp('a:1000', '10.96.0.10:80') }),
      ),
      counted: ['icmp_error', 'delivered'],
    });

    bench().run('lab_from_netdev', 'eth0', on(wire, udp('client:45000', 'node1:32001')));
    const local = icmpError('a', 'client', { ...unreachable, about: udp('client:45000', 'a:80') });
    expectOutcome(bench().run('lab_from_container', 'lxca', on(fromA, local)), {
      ...{ verdict: 'pass', packet: on(fromA, local), counted: ['stack'] },
    });
    expectOutcome(bench().run('lab_to_netdev', 'eth0', on(out, local)), {
      verdict: 'pass',
      packet: on(
        out,
        icmpError('node1', 'client', { ...unreachable, about: udp('client:45000', 'node1:32001') }),
      ),
      counted: ['icmp_error', 'sent'],
    });
  });
});

describe('a masqueraded ping', () => {
  const { bench } = withBench(profiles.ebpf);

  it('gets its errors with the id that it used', () => {
    bench().run('lab_to_netdev', 'eth0', on(out, echo('a', 'world', 7)));
    const sent = bench().run('lab_to_netdev', 'eth0', on(out, echo('a', 'world', 7)));
    const id = sent.packet.readUInt16BE(38);
    const error = icmpError('router', 'node1', {
      type: Icmp.timeExceeded,
      code: 0,
      about: echo('node1', 'world', id),
    });
    const run = bench().run('lab_from_netdev', 'eth0', on(wire, error));
    expect(run.counted).toHaveProperty('forward.icmp_error');
    expectOutcome(run, {
      verdict: 'redirect',
      packet: on(
        toA,
        changed(
          icmpError('router', 'a', { type: Icmp.timeExceeded, code: 0, about: echo('a', 'world', 7) }),
          {
            ttl: 63,
          },
        ),
      ),
      counted: ['icmp_error', 'redirect_peer'],
    });
  });

  it('lets errors pass that quote nothing known or nothing whole', () => {
    for (const about of [echo('node1', 'world', 7), udp('node1:5', 'world:6')]) {
      const error = on(wire, icmpError('router', 'node1', { ...unreachable, about }));
      expectOutcome(bench().run('lab_from_netdev', 'eth0', error), {
        ...{ verdict: 'pass', packet: error, counted: ['stack'] },
      });
    }
    const cut = on(
      wire,
      icmpError('router', 'node1', { ...unreachable, about: udp('a:1', 'b:2'), quoted: 12 }),
    );
    expectOutcome(bench().run('lab_from_netdev', 'eth0', cut), {
      ...{ verdict: 'pass', packet: cut, counted: ['stack'] },
    });
  });
});
