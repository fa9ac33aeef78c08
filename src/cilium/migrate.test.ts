import { describe, expect, it } from 'vitest';
import { migrateValues } from './migrate.ts';
import { readSetStrings } from './values/set-strings.ts';
import { parseVersion } from './version.ts';

const range = (from: string, to: string) => ({ from: parseVersion(from), to: parseVersion(to) });

describe('migration', () => {
  it('changes what changed, and leaves names with dots, lists and order as they are', () => {
    const before = {
      podAnnotations: { 'example.org/team': 'net', 'tunnel.example.org': 'disabled' },
      tunnel: 'disabled',
      tolerations: [{ key: 'a.b', operator: 'Exists' }],
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      kubeProxyReplacement: 'strict',
      extraConfig: {},
    };
    const { values, changes } = migrateValues(before, range('1.13.0', '1.20.0'));
    const { tunnel: _, ...kept } = before;
    expect(values).toEqual({ ...kept, kubeProxyReplacement: true, routingMode: 'native' });
    expect(Object.keys(values).slice(0, 2)).toEqual(['podAnnotations', 'tolerations']);
    expect(changes.map(({ from, to }) => [from, to])).toEqual([
      ['tunnel: disabled', 'routingMode: native'],
      ['kubeProxyReplacement: strict', 'kubeProxyReplacement: true'],
    ]);
  });

  it('leaves no empty map where a misspelt key stood', () => {
    const { values } = migrateValues({ dubug: { enabled: true } }, range('1.13.0', '1.20.0'));
    expect(values).toEqual({ debug: { enabled: true } });
  });

  it.each([
    ['1.13.0', '1.14.0', { tunnel: 'geneve' }],
    ['1.20.0', '1.13.4', { tunnel: 'vxlan' }],
  ])('%s to %s: %j reads the same in both and stays', (from, to, values) => {
    expect(migrateValues(values, range(from, to))).toMatchObject({ values, changes: [] });
  });

  it.each(['1.14.3', '1.14.19'])('reads in %s a key that went later', (from) => {
    const { values, findings } = migrateValues(
      { tunnel: 'disabled', autoDirectNodeRoutes: true, ipv4NativeRoutingCIDR: '10.0.0.0/8' },
      range(from, '1.20.0'),
    );
    expect([values.routingMode, values.tunnel, findings]).toEqual(['native', undefined, []]);
  });

  it('says a routing mode that is printed twice by the key that is not', () => {
    expect(migrateValues({ routingMode: 'native' }, range('1.14.1', '1.14.2')).values).toEqual({
      tunnel: 'disabled',
    });
  });

  it('says the protocol of a tunnel on its own', () => {
    const { values } = migrateValues({ tunnel: 'geneve' }, range('1.13.0', '1.20.0'));
    expect(values).toEqual({ routingMode: 'tunnel', tunnelProtocol: 'geneve' });
  });

  it.each([
    ['1.14.3', '1.20.0', 'routingMode=native,tunnel=vxlan', { routingMode: 'native' }],
    ['1.14.3', '1.20.0', 'tunnel=vxlan,routingMode=native', { routingMode: 'native' }],
    ['1.14.3', '1.13.0', 'routingMode=native,tunnel=vxlan', { tunnel: 'disabled' }],
    ['1.20.0', '1.13.0', 'routingMode=native,tunnel=vxlan', { tunnel: 'disabled' }],
    ['1.13.0', '1.20.0', 'debug.enabled=false,dubug.enabled=true', { debug: { enabled: false } }],
    ['1.13.0', '1.20.0', 'dubug.enabled=true,debug.enabled=false', { debug: { enabled: false } }],
  ])('%s to %s: of two keys of one intent that counts by which the chart goes: %s', (from, to, set, kept) => {
    const { values, changes } = migrateValues(readSetStrings([set]), range(from, to));
    expect(values).toEqual(kept);
    expect(changes).toContainEqual(expect.objectContaining({ to: '' }));
  });

  it('takes the list of pools before the one pool of old, in any order', () => {
    const [one, list] = ['clusterPoolIPv4PodCIDR', 'clusterPoolIPv4PodCIDRList'];
    for (const operator of [
      { [list]: ['10.2.0.0/16'], [one]: '10.1.0.0/16' },
      { [one]: '10.1.0.0/16', [list]: ['10.2.0.0/16'] },
    ]) {
      const { values } = migrateValues({ ipam: { operator } }, range('1.13.0', '1.20.0'));
      expect(values).toEqual({ ipam: { operator: { [list]: ['10.2.0.0/16'] } } });
    }
    const { values } = migrateValues(
      { ipam: { operator: { [list]: [], [one]: '10.1.0.0/16' } } },
      range('1.13.0', '1.20.0'),
    );
    expect(values).toEqual({ ipam: { operator: { [list]: ['10.1.0.0/16'] } } });
  });

  it.each([
    ['1.20.0', '1.13.0', 'routingMode=nativ', 'routingMode'],
    ['1.12.4', '1.20.0', 'kubeProxyReplacement=probe', 'kubeProxyReplacement'],
    ['1.12.4', '1.13.0', 'kubeProxyReplacement=probe', 'kubeProxyReplacement'],
    ['1.13.0', '1.20.0', 'tunnel=vxlam', 'tunnel'],
  ])('%s to %s: %s stays as it is, with a finding', (from, to, set, key) => {
    const before = readSetStrings([set]);
    const { values, changes, findings } = migrateValues(before, range(from, to));
    expect([values, changes]).toEqual([before, []]);
    expect(findings.map((finding) => finding.key)).toContain(key);
  });

  it('leaves null, which takes a default of the chart away', () => {
    const before = { ipam: { operator: { clusterPoolIPv4PodCIDR: null } }, tunnel: null };
    expect(migrateValues(before, range('1.13.0', '1.20.0'))).toMatchObject({ values: before, changes: [] });
  });

  it.each([
    ['routingMode=tunnel,tunnelProtocol=geneve', { tunnel: 'geneve' }],
    ['tunnelProtocol=geneve', { tunnel: 'geneve' }],
    ['tunnelProtocol=geneve,routingMode=native', { tunnel: 'disabled' }],
    ['routingMode=tunnel', { tunnel: 'vxlan' }],
  ])('%s keeps its protocol on the way back', (set, kept) => {
    expect(migrateValues(readSetStrings([set]), range('1.20.0', '1.13.0')).values).toEqual(kept);
  });

  it('cuts the name of the cluster only where it is too long', () => {
    const before = { cluster: { name: 'cilium-kubeproxy-replacement-ebpf' } };
    const name = (to: string) => migrateValues(before, range('1.13.0', to)).values.cluster;
    expect(name('1.15.0')).toEqual(before.cluster);
    expect(name('1.16.0')).toEqual({ name: 'cilium-kubeproxy-replacement-ebp' });
  });
});
