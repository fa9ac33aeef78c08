import { describe, expect, it } from 'vitest';
import { nearestWord } from './nearest-word.ts';

describe('nearestWord', () => {
  it.each([
    ['epbf', ['kpr', 'ebpf'], 'ebpf'],
    ['kubeproxy', ['kube-proxy', 'kpr'], 'kube-proxy'],
    ['pod_cidr', ['podCIDR', 'nodeCIDR'], 'podCIDR'],
    ['masqerade', ['masquerade', 'mtu'], 'masquerade'],
    ['zebra', ['podCIDR', 'mtu'], undefined],
    ['foo', ['no', 'pods'], undefined],
    ['pdo', ['no', 'pod'], 'pod'],
    ['anything', [], undefined],
  ])('%s of %j is %s', (word, words, nearest) => {
    expect(nearestWord(word, words)).toBe(nearest);
  });
});
