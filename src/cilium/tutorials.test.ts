import { describe, expect, it } from 'vitest';
import { lintValues } from './lint/lint.ts';
import { migrateValues } from './migrate.ts';
import { threeModes as modes, nativeOnKind, tunnelToNative } from './testing/tutorial-values.ts';
import { readSetStrings } from './values/set-strings.ts';
import { parseVersion } from './version.ts';

const written = parseVersion('1.13.0-rc5');
const newest = parseVersion('1.20.0');
const brief = (sets: readonly string[], version = written, kubeProxyMode?: string): string[] =>
  lintValues(readSetStrings(sets), {
    version,
    ...(kubeProxyMode === undefined ? {} : { kubeProxyMode }),
  }).map(({ rule, key }) => `${rule} ${key}`);

describe('the settings of three modes', () => {
  it.each(Object.entries(modes))('%s: the mistyped keys are found, and nothing else', (_, sets) => {
    expect(brief(sets)).toEqual([
      'unknown-key dubug.enabled',
      'unknown-key dubug.verbose',
      'wrong-level monitorAggregation',
    ]);
  });

  it('say what was meant', () => {
    const uses = lintValues(readSetStrings(modes['cilium-kubeproxy']), { version: written }).map(
      ({ use }) => use,
    );
    expect(uses).toEqual([
      'debug.enabled: true',
      'debug.verbose: "datapath"',
      'bpf.monitorAggregation: "none"',
    ]);
  });

  it('on the newest chart also the removed key, the old word and the long name', () => {
    expect(brief(modes['cilium-kubeproxy-replacement-ebpf'], newest)).toEqual(
      expect.arrayContaining(['fate tunnel', 'fate kubeProxyReplacement', 'fate cluster.name']),
    );
  });

  it.each([
    ['cilium-kubeproxy', undefined, undefined],
    ['cilium-kubeproxy-replacement', true, undefined],
    ['cilium-kubeproxy-replacement-ebpf', true, true],
  ] as const)('%s is the same mode after its migration, without a finding', (mode, replaces, masquerades) => {
    const { values, findings } = migrateValues(readSetStrings(modes[mode]), { from: written, to: newest });
    expect(findings).toEqual([]);
    expect(values).toMatchObject({
      routingMode: 'native',
      autoDirectNodeRoutes: true,
      ipv4NativeRoutingCIDR: '10.0.0.0/8',
      // Given under its right name, which the mistyped one never overwrites.
      debug: { enabled: false, verbose: 'datapath' },
    });
    expect(values).not.toHaveProperty('tunnel');
    expect(values).not.toHaveProperty('dubug');
    expect(values).toHaveProperty('bpf.monitorAggregation', 'none');
    expect(values.kubeProxyReplacement).toBe(replaces);
    expect((values.bpf as { masquerade?: boolean }).masquerade).toBe(masquerades);
    expect((values.cluster as { name: string }).name.length).toBeLessThanOrEqual(32);
  });
});

describe('other guides', () => {
  it('the values for 1.12.4 are right as they are', () => {
    expect(brief(nativeOnKind, parseVersion('1.12.4'), 'none')).toEqual([]);
  });

  it('a native CIDR smaller than the pool is told', () => {
    expect(brief(tunnelToNative, parseVersion('1.14.0'))).toEqual(['contradiction ipv4NativeRoutingCIDR']);
  });
});

describe('contradictions', () => {
  it.each([
    ['bpf.masquerade=true', 'contradiction bpf.masquerade', undefined],
    ['routingMode=native', 'contradiction ipv4NativeRoutingCIDR', undefined],
    ['autoDirectNodeRoutes=true', 'contradiction autoDirectNodeRoutes', undefined],
    ['kubeProxyReplacement=true', 'contradiction k8sServiceHost', undefined],
    ['debug.enabled=true', 'contradiction kubeProxyReplacement', 'none'],
    ['kubeProxyReplacement=true,k8sServiceHost=a', 'contradiction kubeProxyReplacement', 'iptables'],
  ])('%s: %s', (set, finding, kubeProxyMode) => {
    expect(brief([set], newest, kubeProxyMode)).toEqual([finding]);
  });
});

describe('values that no chart checks', () => {
  it.each(['routingMode=nativ', 'loadBalancer.mode=dsrr', 'bpf.masquerade=yes', 'tunnelProtocol=disabled'])(
    '%s is found',
    (set) => {
      expect(brief([set, 'ipv4NativeRoutingCIDR=10.0.0.0/8'], newest)).toHaveLength(1);
    },
  );
});
