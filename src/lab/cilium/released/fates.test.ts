import { describe, expect, it } from 'vitest';
import { fates } from '../../../cilium/lint/fates.ts';
import { removedKeyFates } from '../../../cilium/lint/removed-keys.ts';
import { withValue } from '../../../cilium/values/tree.ts';
import { inRange } from '../../../cilium/version.ts';
import { exec } from '../../../platform/exec.ts';
import { templateRelease } from '../../../platform/helm.ts';
import { cannotRender, placeOf, versions } from '../testing/released-charts.ts';

type Sample = readonly [key: string, value: unknown];

/** Keys with a value that no chart has by default. */
const samples: readonly Sample[] = [
  ['tunnel', 'disabled'],
  ['routingMode', 'native'],
  ['tunnelProtocol', 'geneve'],
  ['kubeProxyReplacement', true],
  ['kubeProxyReplacement', 'true'],
  ['kubeProxyReplacement', 'strict'],
  ['kubeProxyReplacement', 'partial'],
  ['ipam.operator.clusterPoolIPv4PodCIDR', '10.9.0.0/16'],
  ['nativeRoutingCIDR', '10.9.0.0/16'],
  ['nativeRoutingCIDRFromClusterPool', true],
  ['hostServices.enabled', true],
  ['bpf.datapathMode', 'netkit'],
  ['bpf.hostRouting', true],
  ['sysctlfix.enabled', false],
  ['cluster.name', 'cilium-kubeproxy-replacement-ebpf'],
  ['cluster.name', 'My_Lab'],
];

/** Keys that do nothing by default where they are still known: only what becomes of them later can be seen. */
const removed: readonly Sample[] = [
  ['kubeProxyReplacement', 'probe'],
  ['nodePort.enabled', true],
  ['hostPort.enabled', true],
  ['externalIPs.enabled', true],
  ['bpf.clockProbe', true],
  ['envoy.enabled', true],
  ...[...new Set(removedKeyFates.map(({ key }) => key))].map((key) => [key, true] as const),
];

const outcomeOf = (version: string, [key, value]: Sample): string | undefined =>
  fates.find((fate) => fate.key === key && inRange(version, fate) && (fate.when?.(value) ?? true))?.outcome;

/** What helm makes of the chart with these values, or undefined where it refuses. */
async function textWith(version: string, given: readonly Sample[]): Promise<string | undefined> {
  const plain: Readonly<Record<string, unknown>> = {
    // Certificates are others each time.
    hubble: { enabled: false },
  };
  const values = given.reduce((before, [key, value]) => withValue(before, key, value), plain);
  const release = { name: 'cilium', namespace: 'kube-system', chart: placeOf(version), values };
  return templateRelease(exec, release).catch(() => undefined);
}

describe.skipIf(cannotRender)('what becomes of keys in released charts', { timeout: 300_000 }, () => {
  it('has a sample of every key', () => {
    expect(new Set([...samples, ...removed].map(([key]) => key))).toEqual(
      new Set(fates.map(({ key }) => key)),
    );
  });

  it.each(versions)('%s', async (version) => {
    const plain = await textWith(version, []);
    expect(plain).toBeDefined();
    const ignored: Sample[] = [];
    for (const sample of [...samples, ...removed]) {
      const outcome = outcomeOf(version, sample);
      if (outcome === 'ignored') ignored.push(sample);
      else if (outcome === 'refused') {
        expect(await textWith(version, [sample]), `${sample} is refused`).toBeUndefined();
      } else if (samples.includes(sample)) {
        const text = await textWith(version, [sample]);
        expect(text, `${sample} is taken`).toBeDefined();
        expect(text === plain, `${sample} has no effect`).toBe(false);
      }
    }
    expect((await textWith(version, ignored)) === plain, `${ignored} are ignored`).toBe(true);
  });
});
