import { expect } from 'vitest';
import { applyCases, removeCases, settledRules } from '../../../scripts/lib/kube-proxy-cases.ts';
import { normaliseIptablesSave } from '../../../src/agent/kube-proxy/index.ts';
import type { Service } from '../../../src/core/k8s.ts';
import { captured, capturedFile, withoutNfacct } from '../../support/kube-proxy-capture.ts';
import type { KindLab } from '../support/kind-lab.ts';

const writtenLimitMs = 60_000;

/** This cluster's kube-proxy writes for the table of cases what is stored, chain for chain. */
export async function rewriteStoredChains(lab: KindLab): Promise<void> {
  const demo = JSON.parse(await lab.kubectl('get', 'service', 'demo', '--output', 'json')) as Service;
  // Its NodePorts are some of the table's.
  await lab.kubectl('delete', 'service', 'demo');
  try {
    await applyCases(lab, capturedFile('services.yaml'));
    const stored = rulesOfCases(captured('iptables-save.txt'));
    expect(stored.split('\n').length).toBeGreaterThan(300);
    const endsAt = performance.now() + writtenLimitMs;
    for (;;) {
      const written = rulesOfCases(await settledRules(`${lab.name}-worker`));
      const wanted = written.includes('--nfacct-name') ? stored : withoutNfacct(stored);
      // A busy kube-proxy rests for longer than two readings are apart.
      if (written !== wanted && performance.now() < endsAt) continue;
      expect(written).toBe(wanted);
      break;
    }
  } finally {
    await removeCases(lab);
    const { name, labels } = demo.metadata;
    await lab.apply({ ...demo, metadata: { name, labels }, status: undefined });
  }
}

/** Without what other Services of a cluster have there: their rules, and chains that no other rules are in. */
function rulesOfCases(save: string): string {
  const lines = normaliseIptablesSave(save).split('\n');
  const isForeign = (line: string): boolean => /--comment "?(?!cases\/)[a-z0-9-]+\//.test(line);
  const foreign = new Set(lines.filter(isForeign).map(chainOf));
  const own = new Set(lines.filter((line) => line.startsWith('-A') && !isForeign(line)).map(chainOf));
  const isChainOfOthers = (line: string): boolean =>
    line.startsWith(':') && foreign.has(chainOf(line)) && !own.has(chainOf(line));
  return lines.filter((line) => !isForeign(line) && !isChainOfOthers(line)).join('\n');
}

const chainOf = (line: string): string => /^(?:-A |:)(\S+)/.exec(line)?.[1] ?? '';
