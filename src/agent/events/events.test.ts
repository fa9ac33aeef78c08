import { expect, test } from 'vitest';
import { parseIp4 } from '../../core/ip.ts';
import {
  LabDirection,
  LabDropReason,
  LabEventType,
  LabFile,
  LabForwardCode,
} from '../../datapath/generated/enums.ts';
import type { LabEvent, LabTuple } from '../../datapath/generated/structs.ts';
import { flowEvent } from './flow-event.ts';
import { createRateLimit } from './rate-limit.ts';
import { createRecent } from './recent.ts';

const tuple = (source: string, sport: number, destination: string, dport: number): LabTuple => ({
  saddr: parseIp4(source) ?? 0,
  daddr: parseIp4(destination) ?? 0,
  sport,
  dport,
  proto: 6,
});
const event: LabEvent = {
  time: 1_500_000_000n,
  type: LabEventType.drop,
  direction: LabDirection.fromContainer,
  code: LabDropReason.spoofedSource,
  file: LabFile.validate,
  line: 42,
  revNat: 0,
  ifindex: 7,
  length: 60,
  tuple: tuple('10.244.1.2', 1234, '10.96.0.10', 80),
  to: tuple('0.0.0.0', 0, '0.0.0.0', 0),
};

test('a drop names reason and place', () => {
  expect(flowEvent(event, 1000)).toEqual({
    time: '1970-01-01T00:00:02.500Z',
    type: 'drop',
    direction: 'from_container',
    code: 'spoofed_source',
    sentence: expect.stringContaining('Source address'),
    where: 'validate:42',
    ifindex: 7,
    length: 60,
    protocol: 'tcp',
    source: '10.244.1.2:1234',
    destination: '10.96.0.10:80',
  });
});

test('a translated packet shows both sides', () => {
  const to = tuple('10.244.1.2', 1234, '10.244.2.9', 8080);
  const forwarded = { ...event, type: LabEventType.new, code: LabForwardCode.redirectPeer, to };
  expect(flowEvent(forwarded, 0)).toMatchObject({
    type: 'new',
    code: 'redirect_peer',
    translated: '10.244.1.2:1234 > 10.244.2.9:8080',
  });
});

test('the recent list keeps the last ones', () => {
  const recent = createRecent<number>(2);
  for (const item of [1, 2, 3]) recent.add(item);
  expect(recent.all()).toEqual([2, 3]);
});

test('a follower sees the kept ones, then new ones, until it goes', async () => {
  const recent = createRecent<number>(10);
  recent.add(1);
  const stop = new AbortController();
  const seen: number[] = [];
  const done = (async () => {
    for await (const item of recent.follow(stop.signal)) {
      seen.push(item);
      if (item === 1) recent.add(2);
      if (item === 2) setTimeout(() => recent.add(3), 1);
      if (item === 3) setTimeout(() => stop.abort(), 1);
    }
  })();
  await done;
  expect(seen).toEqual([1, 2, 3]);
});

test('the rate limit tells how many it held back', () => {
  let now = 0;
  const limit = createRateLimit(2, () => now);
  expect(['a', 'a', 'a', 'a', 'b'].map(limit.pass)).toEqual([0, 0, undefined, undefined, 0]);
  now = 1000;
  expect(limit.pass('a')).toBe(2);
});
