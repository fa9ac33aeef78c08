import { describe, expect, it } from 'vitest';
import { migrateValues } from './migrate.ts';
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
});
