import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtDatapath } from './support/datapath.ts';
import { type LiveLab, liveLab } from './support/live-lab.ts';
import { tcpClient, udpClient } from './support/live-scripts.ts';
import { liveServices } from './support/live-services.ts';
import { profiles } from './support/tables.ts';

/** from, script, arguments, answer; `client` is shown where source NAT is left out. */
type Row = readonly [string, 'tcp' | 'udp', string, number, number, string];
const big = 300_000;
const direct: readonly Row[] = [
  ['a', 'tcp', '10.244.1.11', 80, big, 'b 10.244.1.10 10.244.1.11'],
  ['a', 'tcp', '10.244.2.10', 80, big, 'c 10.244.1.10 10.244.2.10'],
  ['a', 'udp', '10.244.1.11', 80, 1, 'b 10.244.1.10 10.244.1.11'],
  ['a', 'udp', '10.244.2.10', 80, 1, 'c 10.244.1.10 10.244.2.10'],
  ['a', 'udp', '10.244.2.10', 80, 6000, 'echo 6000 10.244.2.10'],
  ['a', 'tcp', '10.9.0.11', 7000, big, 'node1 10.244.1.10 10.9.0.11'],
  ['a', 'tcp', '10.9.0.12', 7000, big, 'node2 10.244.1.10 10.9.0.12'],
  ['node1', 'tcp', '10.244.1.11', 80, big, 'b 10.9.0.11 10.244.1.11'],
  ['node1', 'tcp', '10.244.2.10', 80, big, 'c 10.9.0.11 10.244.2.10'],
  ['client', 'tcp', '10.244.1.11', 80, big, 'b 172.30.0.2 10.244.1.11'],
];
const services: readonly Row[] = (['tcp', 'udp'] as const).flatMap((how): Row[] => {
  const size = how === 'tcp' ? big : 1;
  return [
    ['a', how, '10.96.0.11', 80, size, 'b 10.244.1.10 10.96.0.11'],
    ['a', how, '10.96.0.12', 80, size, 'c 10.244.1.10 10.96.0.12'],
    ['a', how, '10.9.0.11', 32011, size, 'b 10.244.1.10 10.9.0.11'],
    ['a', how, '10.9.0.12', 32012, size, 'c 10.244.1.10 10.9.0.12'],
    ['a', how, '10.96.0.8', 80, size, 'node1 10.244.1.10 10.96.0.8'],
  ];
});
const northSouth: readonly Row[] = (['tcp', 'udp'] as const).flatMap((how): Row[] => {
  const size = how === 'tcp' ? big : 1;
  return [
    ['client', how, '10.9.0.11', 32011, size, 'b 172.30.0.2 10.9.0.11'],
    ['client', how, '10.9.0.12', 32012, size, 'c 172.30.0.2 10.9.0.12'],
    ['client', how, '10.9.0.11', 32012, size, 'c 10.9.0.11 10.9.0.11'],
    ['client', how, '10.9.0.12', 32011, size, 'b 10.9.0.12 10.9.0.12'],
  ];
});
const scripts = { tcp: tcpClient, udp: udpClient };

describe.each([
  { profile: 'kpr', values: profiles.kpr },
  { profile: 'ebpf', values: profiles.ebpf },
] as const)('$profile over real sockets', ({ profile, values }) => {
  let lab: LiveLab;
  beforeAll(async () => {
    lab = await liveLab(await builtDatapath(), values, liveServices);
  });
  afterAll(async () => {
    await lab.destroy();
  });
  const ask = ([from, how, host, port, size]: Row, inCgroup: boolean): string =>
    lab.run(from as 'a', scripts[how], [host, `${port}`, `${size}`], { inCgroup });

  it.each(direct)('%s %s %s:%d, %d bytes', (...row) => {
    expect(ask(row, false)).toBe(row[5]);
  });
  it.each(services)('per packet: %s %s %s:%d', (...row) => {
    expect(ask(row, false)).toBe(row[5]);
  });
  it.each(services)('at the socket: %s %s %s:%d', (...row) => {
    expect(ask(row, true)).toBe(row[5]);
  });
  it.each(northSouth)('from outside: %s %s %s:%d', (...row) => {
    expect(ask(row, false)).toBe(row[5]);
  });
  it('lets a pod reach itself through a Service, per packet', () => {
    expect(ask(['a', 'tcp', '10.96.0.10', 80, big, ''], false)).toBe('a 169.254.42.1 10.96.0.10');
    expect(ask(['a', 'udp', '10.96.0.10', 80, 1, ''], false)).toBe('a 169.254.42.1 10.96.0.10');
  });
  it.each([
    ['a', 'tcp', '10.96.0.9', 80],
    ['a', 'tcp', '10.9.0.11', 32009],
    ['client', 'tcp', '10.9.0.11', 32009],
  ] as const)('refuses at once without backends: %s %s %s:%d', (from, how, host, port) => {
    expect(ask([from, how, host, port, 1, ''], false)).toBe('ECONNREFUSED');
    if (from === 'a') expect(ask([from, how, host, port, 1, ''], true)).toBe('ECONNREFUSED');
  });
  it('answers NodePort on the node itself by loopback, and in no pod', () => {
    expect(ask(['node1', 'tcp', '127.0.0.1', 32012, big, ''], true)).toBe('c 10.9.0.11 127.0.0.1');
    expect(ask(['a', 'tcp', '127.0.0.1', 32012, big, ''], true)).toBe('ECONNREFUSED');
  });
  it('lets pings through both ways', () => {
    for (const [from, to] of [
      ['a', '10.244.1.11'],
      ['a', '10.244.2.10'],
      ['a', '10.9.0.11'],
      ['a', '10.9.0.12'],
      ['node1', '10.244.1.10'],
      ['node1', '10.244.2.10'],
      ['client', '10.9.0.11'],
    ] as const) {
      expect(lab.sh(from, `ping -c1 -W2 ${to}`), `${from} ${to}`).toContain('1 received');
    }
  });
  if (profile === 'ebpf') {
    it('masquerades pods to the outside', () => {
      expect(ask(['a', 'tcp', '172.30.0.2', 80, big, ''], false)).toBe('client 10.9.0.11 172.30.0.2');
      expect(ask(['c', 'udp', '172.30.0.2', 80, 1, ''], false)).toBe('client 10.9.0.12 172.30.0.2');
      expect(ask(['a', 'udp', '172.30.0.2', 80, 6000, ''], false)).toBe('echo 6000 172.30.0.2');
      expect(lab.sh('a', 'ping -c1 -W2 172.30.0.2')).toContain('1 received');
    });
  }
  it('dropped nothing', () => {
    for (const datapath of Object.values(lab.datapath)) {
      const drops = Object.entries(datapath.counters()).filter(([name]) => name.startsWith('drop.'));
      expect(drops).toEqual([]);
    }
  });
});
