import { describe, expect, it } from 'vitest';
import { allocatedAddresses, type Fact, knowsRouting, readFact } from './facts.ts';
import { programNameAt, readAttached } from './programs.ts';
import recorded from './recorded/1.18.0.json' with { type: 'json' };
import { readLoadBalancerMaps, readServiceList } from './services.ts';

/** What an agent of 1.18.0 answered in a lab of two nodes, profile ebpf, left out what is not read. */
const { version, status, serviceList, lbList, netShow } = recorded;

describe(`an agent of ${version}`, () => {
  it.each<[Fact, string]>([
    ['health', 'ok'],
    ['serviceLB', 'bpf'],
    ['masquerade', 'bpf'],
    ['hostRouting', 'bpf'],
    ['routing', 'native'],
  ])('tells %s', (fact, word) => {
    expect(readFact(status, fact)).toEqual({ word });
  });

  it('tells addresses, of pods that it found again at its start as well', () => {
    expect(knowsRouting(status)).toBe(true);
    expect(allocatedAddresses(status)).toContain('10.244.0.20');
  });

  it('lists the Services that its maps hold', () => {
    const listed = readServiceList(serviceList);
    expect(listed?.get('0.0.0.0:32000')).toEqual(new Set(['10.244.0.20:80', '10.244.1.95:80']));
    expect(readLoadBalancerMaps(lbList)).toEqual(listed);
  });

  it('has programs of the names that are looked for', () => {
    const at = (place: 'pods' | 'uplink') =>
      readAttached(netShow)
        ?.filter(({ hook, name }) => hook === 'tcx/ingress' && programNameAt(place, version)?.test(name))
        .map(({ device }) => device);
    expect(at('pods')).toEqual(['lxc4abe354b3eb7', 'lxc_health']);
    expect(at('uplink')).toEqual(['eth0']);
  });
});
