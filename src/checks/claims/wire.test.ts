import { describe, expect, it } from 'vitest';
import { peersOf } from './wire.ts';

const capture = [
  'listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes',
  '12:00:00.000001 IP 10.244.1.3.40000 > 10.244.2.2.7000: Flags [S], seq 1, win 64240, length 0',
  '12:00:00.000002 IP 10.244.2.2.7000 > 10.244.1.3.40000: Flags [S.], seq 2, ack 2, length 0',
  '12:00:00.000003 IP 10.244.1.3.40001 > 10.244.0.2.7000: UDP, length 3',
  '12:00:00.000004 IP 10.96.10.10.7000 > 10.244.1.3.40001: UDP, length 90',
  '12:00:00.000005 IP 10.244.1.3.40002 > 10.244.9.9.7000: Flags [S], seq 1, length 0',
].join('\n');

describe('peersOf', () => {
  it.each([
    ['tcp', '10.244.1.3:40000', ['10.244.2.2:7000']],
    ['udp', '10.244.1.3:40001', ['10.244.0.2:7000', '10.96.10.10:7000']],
    ['udp', '10.244.1.3:40000', []],
    ['tcp', '10.244.1.3:4000', []],
  ] as const)('%s of %s', (protocol, local, expected) => {
    expect([...peersOf(capture, protocol, local)]).toEqual(expected);
  });
});
