import { describe, expect, it } from 'vitest';
import { keysOfChart, lintValues, migrateValues, parseVersion, universeOf } from '../../../cilium/index.ts';
import { nativeOnKind, threeModes, tunnelToNative } from '../../../cilium/testing/tutorial-values.ts';
import { readSetStrings } from '../../../cilium/values/set-strings.ts';
import { inRange, minorOf } from '../../../cilium/version.ts';
import { factsIn } from '../testing/facts-in.ts';
import { cannotRender, chartOf, rendered, requestFor, setups, versions } from '../testing/released-charts.ts';

const mistyped = ['unknown-key dubug.enabled', 'unknown-key dubug.verbose', 'wrong-level monitorAggregation'];
const narrow = 'contradiction ipv4NativeRoutingCIDR';

/** Each guide with charts that it may be followed with, what the linter tells, and what its migration has to become. */
const guides = [
  ...Object.entries(threeModes).map(([mode, sets]) => ({
    guide: mode,
    sets,
    written: (version: string) => version === '1.13.0-rc5',
    told: () => mistyped,
    wanted: {
      'kube-proxy-replacement': String(mode !== 'cilium-kubeproxy'),
      'enable-bpf-masquerade': mode.endsWith('ebpf') ? 'true' : undefined,
      'ipv4-native-routing-cidr': '10.0.0.0/8',
      'cluster-name': mode.slice(0, 32).replace(/-$/, ''),
      'agent KUBERNETES_SERVICE_HOST': 'demo-control-plane',
      'agent KUBERNETES_SERVICE_PORT': '6443',
      ...{ ipam: 'cluster-pool', debug: 'false', 'debug-verbose': 'datapath', 'monitor-aggregation': 'none' },
    },
  })),
  {
    guide: 'native routing on kind',
    sets: nativeOnKind,
    written: (version: string) => version === '1.12.4',
    told: () => [],
    wanted: {
      'kube-proxy-replacement': 'true',
      'enable-bpf-masquerade': 'true',
      'ipv4-native-routing-cidr': '10.244.0.0/16',
      'agent KUBERNETES_SERVICE_HOST': '172.18.0.2',
      ...{ ipam: 'kubernetes', debug: 'false' },
    },
  },
  {
    guide: 'from tunnel to native',
    sets: tunnelToNative,
    written: (version: string) => minorOf(version) === '1.14',
    told: (version: string) => [...(inRange(version, { from: '1.14.3' }) ? ['fate tunnel'] : []), narrow],
    wanted: { 'ipv4-native-routing-cidr': '10.0.0.0/16', 'operator replicas': '1' },
    left: [narrow],
  },
];
const everywhere = { 'routing-mode': 'native', 'auto-direct-node-routes': 'true', tunnel: undefined };

describe.skipIf(cannotRender)('settings of guides and released charts', { timeout: 60_000 }, () => {
  const newest = versions.at(-1) ?? '';
  const cases = guides.flatMap((each) =>
    versions
      .filter(each.written)
      .map((version) => ({ ...each, version, left: 'left' in each ? each.left : [] })),
  );

  it('are there', () => {
    expect(new Set(cases.map(({ guide }) => guide)).size).toBe(guides.length);
  });

  it.each(cases)(
    '$guide, $version: known mistakes, and the mode that was meant on the newest',
    async (one) => {
      const universe = async (version: string) => universeOf('chart', keysOfChart(await chartOf(version)));
      const values = readSetStrings(one.sets);
      const brief = ({ rule, key }: { readonly rule: string; readonly key: string }) => `${rule} ${key}`;
      const version = parseVersion(one.version);
      const told = { version, universe: await universe(version) };
      expect(lintValues(values, told).map(brief)).toEqual(one.told(version));
      const to = parseVersion(newest);
      const migrated = migrateValues(values, { from: version, to, universe: await universe(newest) });
      expect(migrated.findings.map(brief)).toEqual(one.left);
      const facts = factsIn(await rendered(await requestFor(newest, setups.kpr), migrated.values));
      const wanted: Readonly<Record<string, string | undefined>> = { ...everywhere, ...one.wanted };
      expect(Object.fromEntries(Object.keys(wanted).map((key) => [key, facts[key]]))).toEqual(wanted);
    },
  );
});
