import { describe, expect, it } from 'vitest';
import { bothWays, hooks, meterRules, parseReading } from './netfilter-meter.ts';

const flows = [
  {
    name: 'pods',
    tuples: bothWays({
      protocol: 'tcp',
      source: '10.244.0.2',
      sourcePort: 40_000,
      destination: '10.244.1.2',
      destinationPort: 7000,
    }),
  },
  {
    name: 'world',
    tuples: [{ protocol: 'udp', source: '172.30.0.2', destination: '198.51.100.2', destinationPort: 7000 }],
  },
] as const;

describe('meterRules', () => {
  const rules = meterRules(flows);

  it('counts at five hooks, before connection tracking', () => {
    for (const hook of hooks) {
      expect(rules).toContain(`type filter hook ${hook} priority -450; policy accept;`);
      expect(rules).toContain(`counter pods_${hook} { }`);
    }
  });
  it('names both directions, and any port where none is known', () => {
    expect(rules).toContain(
      'ip saddr 10.244.0.2 ip daddr 10.244.1.2 tcp sport 40000 tcp dport 7000 counter name pods_forward accept',
    );
    expect(rules).toContain(
      'ip saddr 10.244.1.2 ip daddr 10.244.0.2 tcp sport 7000 tcp dport 40000 counter name pods_forward accept',
    );
    expect(rules).toContain(
      'ip saddr 172.30.0.2 ip daddr 198.51.100.2 meta l4proto udp udp dport 7000 counter name world_input accept',
    );
  });
  it('never mentions ct: that would switch connection tracking on', () => {
    expect(rules).not.toMatch(/\bct\b/);
  });
  it('replaces a table that an interrupted run left', () => {
    expect(rules.startsWith('add table ip labctl_verify\ndelete table ip labctl_verify\n')).toBe(true);
  });
});

describe('parseReading', () => {
  const counters = flows.flatMap(({ name }) =>
    hooks.map((hook, i) => ({ counter: { name: `${name}_${hook}`, packets: i, bytes: 0 } })),
  );
  it('reads packets by flow and hook', () => {
    const reading = parseReading(JSON.stringify({ nftables: [{ metainfo: {} }, ...counters] }), flows);
    expect(reading.world).toEqual({ prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 });
  });
  it('refuses a reading in which a counter is gone: it would count as silence', () => {
    expect(() => parseReading(JSON.stringify({ nftables: counters.slice(1) }), flows)).toThrow(
      'counter pods_prerouting is gone',
    );
  });
});
