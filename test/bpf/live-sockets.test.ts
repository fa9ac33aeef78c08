import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maps } from '../../src/datapath/generated/index.ts';
import { builtDatapath } from './support/datapath.ts';
import { type LiveLab, liveLab } from './support/live-lab.ts';
import { tcpClient, udpClient } from './support/live-scripts.ts';
import { addService, ip, profiles, type ServicePlan } from './support/tables.ts';

/** Socket LB, which has no test run: what a process of the node's cgroup sees and what is on the wire. */
const backends = ['10.244.1.11:80', '10.244.2.10:80'];
const spread = (['TCP', 'UDP'] as const).map((protocol, i) => ({
  ...{ address: '10.96.0.20', port: 80, protocol, backends, revNat: 10 + i },
}));
const single = (['TCP', 'UDP'] as const).map((protocol, i) => ({
  ...{ address: '10.96.0.21', port: 80, protocol, backends: ['10.244.2.10:80'], revNat: 20 + i },
}));
const empty = (['TCP', 'UDP'] as const).map((protocol, i) => ({
  ...{ address: '10.96.0.9', port: 80, protocol, backends: [], revNat: 30 + i },
}));

/** Sends ten datagrams from one unconnected socket; prints who answered, once each. */
const manyDatagrams = `
const [host, port] = process.argv.slice(1);
const udp = require('node:dgram').createSocket('udp4');
const seen = new Set();
let left = 10;
setTimeout(() => { console.log('timeout'); process.exit(1); }, 3000);
const ask = () => udp.send(Buffer.alloc(1), Number(port), host);
udp.on('message', (data, from) => {
  seen.add(data.toString().split(' ')[0] + ' ' + from.address);
  if (--left) ask(); else { console.log([...seen].sort().join(',')); process.exit(0); }
});
ask();`;

/** Sends a datagram for each line of its input, always from the same socket; prints who answered. */
const datagramPerLine = `
const [host, port] = process.argv.slice(1);
const udp = require('node:dgram').createSocket('udp4');
udp.on('message', (data, from) => console.log(data.toString().split(' ')[0] + ' ' + from.address));
process.stdin.on('data', () => udp.send(Buffer.alloc(1), Number(port), host));
process.stdin.on('end', () => process.exit(0));`;

describe('socket LB', () => {
  let lab: LiveLab;
  beforeAll(async () => {
    lab = await liveLab(await builtDatapath(), profiles.ebpf, [...spread, ...single, ...empty]);
  });
  afterAll(async () => {
    await lab.destroy();
  });
  const run = (script: string, ...args: string[]): string => lab.run('a', script, args, { inCgroup: true });

  it.each([
    ['tcp', tcpClient, '10.96.0.21', 'c 10.244.1.10 10.96.0.21'],
    ['udp', udpClient, '10.96.0.21', 'c 10.244.1.10 10.96.0.21'],
    ['tcp by an IPv6 socket', tcpClient, '::ffff:10.96.0.21', 'c 10.244.1.10 ::ffff:10.96.0.21'],
    ['udp by an IPv6 socket', udpClient, '::ffff:10.96.0.21', 'c 10.244.1.10 ::ffff:10.96.0.21'],
  ])('%s: the peer seems to be the Service', (_, script, host, answer) => {
    expect(run(script, host, '80', '1')).toBe(answer);
  });

  it.each(['10.96.0.21', '::ffff:10.96.0.21'])('connected UDP to %s', (host) => {
    expect(run(udpClient, host, '80', '1', 'connect')).toBe(`c 10.244.1.10 ${host}`);
  });

  it('keeps an unconnected UDP socket with one backend, and spreads sockets', () => {
    const answers = new Set<string>();
    for (let socket = 0; socket < 60 && answers.size < 2; socket++) {
      answers.add(run(manyDatagrams, '10.96.0.20', '80'));
    }
    expect([...answers].sort()).toEqual(['b 10.96.0.20', 'c 10.96.0.20']);
  });

  it('lets no socket stay with a backend that only another Service has', async () => {
    const plan: ServicePlan = {
      port: 80,
      protocol: 'UDP',
      address: '10.96.0.22',
      revNat: 50,
      backends: ['10.244.1.11:80'],
    };
    addService(lab.datapath.node1, plan);
    const talk = lab.talk('a', datagramPerLine, ['10.96.0.22', '80'], { inCgroup: true });
    expect(await talk.ask()).toBe('b 10.96.0.22');
    expect(await talk.ask()).toBe('b 10.96.0.22');
    const moved = { ...plan, backends: ['10.244.2.10:80'] };
    addService(lab.datapath.node1, { ...moved, backends: ['10.244.1.11:80', ...moved.backends] });
    const slots = lab.datapath.node1.table(maps.lab_svc4);
    const key = { addr: ip('10.96.0.22'), port: 80, proto: 17, scope: 0 };
    const last = slots.get({ ...key, slot: 2 });
    const head = slots.get({ ...key, slot: 0 });
    if (last === undefined || head === undefined) throw new Error('no such slot');
    slots.set({ ...key, slot: 1 }, last);
    slots.set({ ...key, slot: 0 }, { ...head, count: 1 });
    expect(await talk.ask()).toBe('c 10.96.0.22');
    await talk.end();
  });

  it('refuses where there is no backend', () => {
    for (const host of ['10.96.0.9', '::ffff:10.96.0.9']) {
      expect(run(tcpClient, host, '80', '1')).toBe('ECONNREFUSED');
      expect(run(udpClient, host, '80', '1')).toBe('ECONNREFUSED');
      expect(run(udpClient, host, '80', '1', 'connect')).toBe('ECONNREFUSED');
    }
    expect(lab.datapath.node1.counters()).toHaveProperty('forward.sock_refused', 6);
  });

  it('puts no Service address on the wire', () => {
    const before = lab.datapath.node1.counters();
    expect(run(tcpClient, '10.96.0.21', '80', '1000')).toBe('c 10.244.1.10 10.96.0.21');
    const after = lab.datapath.node1.counters();
    expect((after['forward.lb_sock_tcp'] ?? 0) - (before['forward.lb_sock_tcp'] ?? 0)).toBe(1);
    expect(after['forward.lb_packet'] ?? 0).toBe(before['forward.lb_packet'] ?? 0);
  });

  it('leaves what is no Service alone, IPv6 too', () => {
    expect(run(tcpClient, '10.244.2.10', '80', '1')).toBe('c 10.244.1.10 10.244.2.10');
    expect(run(tcpClient, '::1', '80', '1')).toMatch(
      /^(ECONNREFUSED|EADDRNOTAVAIL|ENETUNREACH|EHOSTUNREACH)$/,
    );
  });

  it('follows a Service that gets its first backend', () => {
    for (const plan of empty) addService(lab.datapath.node1, { ...plan, backends: ['10.244.1.11:80'] });
    expect(run(tcpClient, '10.96.0.9', '80', '1')).toBe('b 10.244.1.10 10.96.0.9');
  });
});
