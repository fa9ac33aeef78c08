import { describe, expect, it } from 'vitest';
import { resolveLab } from '../../../profile/resolve.ts';
import type { ClusterFacts } from '../facts.ts';
import { rules } from './index.ts';

const linux = { 'kubernetes.io/os': 'linux' };
const proxy = (nodeSelector?: Readonly<Record<string, string>>) => ({
  metadata: { name: 'kube-proxy', namespace: 'kube-system' },
  spec: { template: { spec: nodeSelector === undefined ? {} : { nodeSelector } } },
});
const facts = (daemonSets: ClusterFacts['daemonSets']): ClusterFacts => ({
  apiServer: undefined,
  nodes: [{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'a', labels: linux }, spec: {} }],
  ...{ daemonSets, deployments: [], services: [], namespaces: [], stranded: [], inside: [] },
  kubeProxyMode: undefined,
  nodeContainers: { containers: [], network: '' },
});
const judgeAddresses = (ipam: object): string[] => {
  const { lab } = resolveLab({ flags: { runtime: 'existing' } });
  const rule = rules.find(({ id }) => id === 'addresses');
  const pooled = { ...lab, ipam: { ...lab.ipam, ...ipam } };
  return (rule?.judge({ lab: pooled, facts: facts([]), images: [] }) ?? []).map(({ what }) => what);
};
const judge = (profile: string, ...sets: ClusterFacts['daemonSets']): string[] => {
  const { lab } = resolveLab({ flags: { profile } });
  const rule = rules.find(({ id }) => id === 'kube-proxy');
  return (rule?.judge({ lab, facts: facts(sets), images: [] }) ?? []).map(({ what }) => what);
};

describe('rule kube-proxy', () => {
  it.each([
    ['anywhere', proxy()],
    ['on nodes that there are', proxy(linux)],
  ])('refuses one that is wanted %s beside a profile that replaces it', (_, set) => {
    expect(judge('ebpf', set)).toEqual([expect.stringContaining('DaemonSet kube-system/kube-proxy')]);
    expect(judge('kube-proxy', set)).toEqual([]);
  });

  it('takes one whose selector fits no node for none', () => {
    const off = proxy({ 'example.com/never': 'true' });
    expect(judge('ebpf', off)).toEqual([]);
    expect(judge('kube-proxy', off)).toEqual([expect.stringContaining('the cluster has none')]);
  });
});

describe('rule addresses', () => {
  it('wants a pod network of every node, unless the operator gives them', () => {
    expect(judgeAddresses({ mode: 'kubernetes' })).toEqual(['node a has no pod CIDR']);
    expect(judgeAddresses({ mode: 'cluster-pool' })).toEqual([]);
  });
});
