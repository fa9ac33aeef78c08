import { describe, expect, it } from 'vitest';
import { readSetStrings } from '../values/set-strings.ts';
import { parseVersion } from '../version.ts';
import { builtInKeys, groupByMinors, minorsWith } from './chart-keys.ts';
import { lintValues } from './lint.ts';

const told = (set: string, version: string) =>
  lintValues(readSetStrings([set]), { version: parseVersion(version) }).map(({ key, message }) => [
    key,
    message,
  ]);

describe('keys of charts by minor', () => {
  it('are grouped by those that have them', () => {
    const charts = [
      { version: '1.9.0', keys: ['old', 'both'] },
      { version: '1.10.0', keys: ['both'] },
      { version: '1.10.3', keys: ['both', 'late'] },
    ];
    expect(groupByMinors(charts)).toEqual([
      { from: '1.10', keys: ['late'] },
      { from: '1.9', keys: ['both'] },
      { from: '1.9', before: '1.10', keys: ['old'] },
    ]);
  });

  it('are those of the version; a newer chart counts as the newest that was read', () => {
    expect(builtInKeys('1.13.0')).not.toContain('envoy.enabled');
    expect(builtInKeys('1.14.0')).toContain('envoy.enabled');
    expect(builtInKeys('1.21.0-pre.0')).toEqual(builtInKeys('1.20.0'));
  });

  it('say of an unknown one which charts have it', () => {
    expect(minorsWith('bgp.enabled')).toBe('charts from 1.12 on have it, and none from 1.17 on');
    expect(told('bgp.enabled=true', '1.20.0')).toEqual([
      ['bgp.enabled', expect.stringContaining('none from 1.17 on')],
    ]);
    expect(told('l2announcements.enabled=true', '1.13.0')).toEqual([
      ['l2announcements.enabled', expect.stringContaining('charts from 1.14 on have it')],
    ]);
  });
});

describe('values that many have', () => {
  it.each([
    'l7Proxy=false,endpointRoutes.enabled=true,bgpControlPlane.enabled=true,priorityClassName=x',
    'routingMode=native,enableIPv4Masquerade=false',
    'routingMode=native,nativeRoutingCIDRFromClusterPool=true',
    'kubeProxyReplacement=true,k8s.apiServerURLs=https://10.0.0.1:6443',
  ])('%s is right', (set) => {
    expect(told(set, '1.20.0')).toEqual([]);
  });

  it('the protocol of a tunnel alone is printed twice, and only there', () => {
    expect(told('tunnelProtocol=geneve', '1.15.0').map(([key]) => key)).toEqual(['tunnelProtocol']);
    expect(told('tunnelProtocol=geneve,routingMode=tunnel', '1.15.0')).toEqual([]);
    expect(told('tunnelProtocol=geneve', '1.17.0')).toEqual([]);
  });
});
