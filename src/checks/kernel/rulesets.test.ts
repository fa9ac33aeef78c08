import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Exec } from '../../core/exec.ts';
import { isProxyChain } from '../../core/proxy-chains.ts';
import { exec as execReally } from '../../platform/exec.ts';
import { chainedEndpoints } from '../claims/kube-proxy.ts';
import { noRules, parseIptablesSave } from './iptables-save.ts';
import { podMasquerades, proxyChains } from './proxy-traces.ts';
import { boundary, parseNft, type Rulesets, readRulesets } from './rulesets.ts';

/** Written by a real kube-proxy; without counters, so they are added here. */
const captured = readFileSync(
  new URL('../../../test/fixtures/kube-proxy/v1.34/iptables-save.txt', import.meta.url),
  'utf8',
).replace(/^-A /gm, '[7:420] -A ');
const saved = parseIptablesSave(captured);
const rulesets = (rules: typeof saved): Rulesets => ({
  nftTables: [],
  iptables: { nft: rules, legacy: noRules },
  ip6tables: { nft: noRules, legacy: noRules },
});

describe('parseIptablesSave', () => {
  it('reads table, chain, target and counters of each rule', () => {
    expect(saved.rules.find(({ chain }) => chain === 'KUBE-MARK-MASQ')).toEqual({
      table: 'nat',
      chain: 'KUBE-MARK-MASQ',
      text: '-j MARK --set-xmark 0x4000/0x4000',
      target: 'MARK',
      packets: 7,
      bytes: 420,
    });
  });
  it('reads chains without rules too', () => {
    expect(saved.chains).toContainEqual({ table: 'mangle', name: 'KUBE-PROXY-CANARY' });
  });
});

describe('proxyChains', () => {
  it.each([
    ['KUBE-SERVICES', true],
    ['KUBE-SVC-AAAA', true],
    ['KUBE-SEP-AAAA', true],
    ['KUBE-PROXY-CANARY', true],
    ['KUBE-MARK-MASQ', true],
    ['KUBE-KUBELET-CANARY', false],
    ['KUBE-FIREWALL', false],
    ['KUBE-IPTABLES-HINT', false],
    ['DOCKER_OUTPUT', false],
    ['LABCTL-POSTROUTING', false],
  ])('%s: %s', (name, expected) => {
    expect(isProxyChain(name)).toBe(expected);
  });

  it('finds them in either backend, family and in the native table', () => {
    const chain = { table: 'nat', name: 'KUBE-SERVICES' };
    const found = proxyChains({
      nftTables: [{ family: 'ip6', name: 'kube-proxy', chains: ['services'] }],
      iptables: { nft: noRules, legacy: { chains: [chain], rules: [] } },
      ip6tables: { nft: { chains: [chain], rules: [] }, legacy: noRules },
    });
    expect(found).toEqual([
      'nft ip6 nat KUBE-SERVICES',
      'legacy ip nat KUBE-SERVICES',
      'nft table ip6 kube-proxy',
    ]);
  });
  it("tolerates the kubelet's own", () => {
    const chains = ['KUBE-KUBELET-CANARY', 'KUBE-FIREWALL'].map((name) => ({ table: 'filter', name }));
    expect(proxyChains(rulesets({ chains, rules: [] }))).toEqual([]);
  });
});

describe('chainedEndpoints', () => {
  it("follows real kube-proxy's chains from the cluster address to the endpoints", () => {
    const nat = saved.rules
      .filter(({ table }) => table === 'nat')
      .map((rule) => ({ ...rule, backend: 'nft' as const }));
    const found = chainedEndpoints(nat);
    const destinations = nat.filter(({ target }) => target === 'DNAT').length;
    expect(found.length).toBeGreaterThan(10);
    expect(new Set(found.map((line) => line.split(' -> ')[1])).size).toBeLessThanOrEqual(destinations);
    for (const line of found) expect(line).toMatch(/^10\.96\.\d+\.\d+:\d+\/(TCP|UDP) -> [\d.]+:\d+$/);
  });
});

describe('podMasquerades', () => {
  it("leaves out kube-proxy's own", () => {
    expect(podMasquerades(rulesets(saved))).toEqual([]);
    const own = parseIptablesSave('*nat\n[1:60] -A LABCTL-POSTROUTING -j MASQUERADE\nCOMMIT');
    expect(podMasquerades(rulesets(own))).toHaveLength(1);
  });
});

describe('readRulesets', () => {
  const nft = (items: unknown[]): string => JSON.stringify({ nftables: [{ metainfo: {} }, ...items] });
  /** A shell whose `nft` and files are given; what it saves is in the script that it is given. */
  const run = async (tables: unknown[], files: readonly string[] = ['', '']): Promise<string[]> => {
    const scripts: string[] = [];
    const exec: Exec = async (_file, args) => {
      scripts.push(args[1] ?? '');
      const stdout = [nft(tables), nft([]), ...files].join(boundary);
      return { stdout: scripts.length === 1 ? stdout : captured, stderr: '', exitCode: 0 };
    };
    await readRulesets(exec);
    return scripts.join('\n').match(/^.*-save -c/gm) ?? [];
  };

  it('never names a table that is not there: that would create it', async () => {
    expect(await run([])).toEqual([]);
  });
  it('asks each backend that has tables', async () => {
    expect(await run([{ table: { family: 'ip', name: 'nat' } }])).toEqual(['iptables-nft-save -c']);
    expect(await run([], ['nat\n', ''])).toEqual(['iptables-legacy-save -c']);
    expect(await run([], ['', 'filter\n'])).toEqual(['ip6tables-legacy-save -c']);
  });
  it('gives each backend what it wrote', async () => {
    const own = '*nat\n[1:60] -A LABCTL-POSTROUTING -j MASQUERADE\nCOMMIT\n';
    const answers = [
      [nft([{ table: { family: 'ip', name: 'nat' } }]), nft([]), '', 'filter\n'],
      [captured, '', '', own],
    ];
    const found = await readRulesets(async () => ({
      stdout: (answers.shift() ?? []).join(boundary),
      stderr: '',
      exitCode: 0,
    }));
    expect(found.iptables).toEqual({ nft: saved, legacy: noRules });
    expect(found.ip6tables).toEqual({ nft: noRules, legacy: parseIptablesSave(own) });
  });
  it('tells a file that cannot be read from one that is not there', async () => {
    const shell =
      (file: string): Exec =>
      (_program, args) => {
        const script = (args[1] ?? '')
          .replace('nft -j list tables', `echo '${nft([])}'`)
          .replace('nft -j list chains', `echo '${nft([])}'`)
          .replaceAll(/\/proc\/net\/\w+/g, file);
        return execReally('/bin/sh', ['-c', script]);
      };
    await expect(readRulesets(shell('/no/such/file'))).resolves.toBeDefined();
    await expect(readRulesets(shell('/tmp'))).rejects.toThrow('Is a directory');
  });
});

describe('parseNft', () => {
  it('joins tables and chains, with and without each other', () => {
    const tables =
      '{"nftables":[{"table":{"family":"ip","name":"empty"}},{"table":{"family":"ip","name":"nat"}}]}';
    const chains = '{"nftables":[{"chain":{"family":"ip","table":"nat","name":"KUBE-SERVICES"}}]}';
    expect(parseNft(tables, chains)).toEqual([
      { family: 'ip', name: 'empty', chains: [] },
      { family: 'ip', name: 'nat', chains: ['KUBE-SERVICES'] },
    ]);
  });
  it('refuses what is no list', () => {
    expect(() => parseNft('{}')).toThrow('nft did not print a list');
  });
});
