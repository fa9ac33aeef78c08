import { describe, expect, it } from 'vitest';
import { lint, messageOf, told } from '../../testing/lint-sets.ts';

describe('native routing without a CIDR', () => {
  const ipMasqAgent =
    'ipMasqAgent.enabled=true,bpf.masquerade=true,kubeProxyReplacement=true,k8sServiceHost=a';

  it('is told of each family', () => {
    const both = 'routingMode=native,ipv6.enabled=true,ipam.mode=eni';
    expect(told(both, '1.18.0')).toEqual(['error contradiction ipv6NativeRoutingCIDR']);
    expect(told(`${both},enableIPv6Masquerade=false`, '1.18.0')).toEqual([]);
  });

  it.each([
    ['1.13.0', 'tunnel=disabled', 'fatal'],
    ['1.17.0', 'routingMode=native,enableIPv4Masquerade=true', 'fatal'],
    ['1.18.0', 'routingMode=native', 'fatal'],
    ['1.18.0', 'routingMode=native,enableIPv4Masquerade=true', 'refuses'],
    ['1.13.0', 'tunnel=disabled,ipMasqAgent.enabled=true', 'fatal'],
    ['1.17.0', 'routingMode=native,eni.enabled=true', 'fatal'],
    ['1.18.0', 'routingMode=native,eni.enabled=true,enableIPv4Masquerade=true', 'refuses'],
  ])('%s: %s ends', (version, set, outcome) => {
    expect(messageOf(set, version, 'ipv4NativeRoutingCIDR')).toContain(outcome);
  });

  it.each([
    ['1.15.0', `routingMode=native,${ipMasqAgent}`],
    ['1.13.0', 'tunnel=disabled,ipam.mode=eni'],
    ['1.13.0', 'tunnel=disabled,ipam.mode=alibabacloud'],
    ['1.18.0', 'routingMode=native,eni.enabled=true'],
    ['1.19.0', 'routingMode=native,eni.enabled=true,enableIPv4Masquerade=true'],
    ['1.18.0', 'routingMode=native,ipv4.enabled=false,ipv6.enabled=true,ipv6NativeRoutingCIDR=fd00::/104'],
    ['1.18.0', 'routingMode=native,enableIPv4Masquerade=false'],
  ])('%s: %s needs none', (version, set) => {
    expect(told(set, version)).toEqual([]);
  });
});

describe('eBPF masquerade without kube-proxy replacement', () => {
  it.each([
    ['1.13.0', 'error', 'falls back to iptables, and with it host routing'],
    ['1.14.19', 'error', 'falls back to iptables, and with it host routing'],
    ['1.15.0', 'error', 'ends with "BPF masquerade requires NodePort"'],
    ['1.18.0', 'error', 'ends with "BPF masquerade requires NodePort"'],
    ['1.19.0', 'warning', 'host routing by eBPF does not'],
  ])('%s: what happens', (version, severity, text) => {
    expect(lint('bpf.masquerade=true', version)).toEqual([
      expect.objectContaining({ severity, key: 'bpf.masquerade', message: expect.stringContaining(text) }),
    ]);
  });

  it.each([
    ['1.13.0', 'nodePort.enabled=true,kubeProxyReplacement=partial'],
    ['1.14.0', 'nodePort.enabled=true'],
    ['1.18.0', 'nodePort.enabled=true,kubeProxyReplacement=false'],
    ['1.12.4', 'kubeProxyReplacement=probe'],
    ['1.14.0', 'enableIPv4Masquerade=false'],
  ])('%s: %s suffices', (version, set) => {
    expect(told(`bpf.masquerade=true,${set}`, version)).toEqual([]);
  });

  it('nor without anything to masquerade', () => {
    expect(messageOf('bpf.masquerade=true,enableIPv4Masquerade=false', '1.15.0', 'bpf.masquerade')).toContain(
      'nothing is masqueraded',
    );
    const dual = 'bpf.masquerade=true,enableIPv4Masquerade=false,ipv6.enabled=true,nodePort.enabled=true';
    expect(told(dual, '1.15.0')).toEqual([]);
  });

  it('nor an ip-masq-agent without it', () => {
    expect(told('ipMasqAgent.enabled=true', '1.14.0')).toEqual(['error contradiction ipMasqAgent.enabled']);
  });

  it('nodePort.enabled alone does not before 1.14', () => {
    expect(told('bpf.masquerade=true,nodePort.enabled=true', '1.13.0')).toHaveLength(1);
  });
});

describe('eBPF host routing', () => {
  const replaced = 'bpf.hostLegacyRouting=false,kubeProxyReplacement=true,k8sServiceHost=a';
  const finding = 'error contradiction bpf.hostLegacyRouting';

  it('needs eBPF masquerade only where something is masqueraded', () => {
    expect(told(replaced, '1.20.0')).toEqual([finding]);
    expect(told(`${replaced},enableIPv4Masquerade=false`, '1.20.0')).toEqual([]);
    expect(told(`${replaced},enableIPv4Masquerade=false,ipv6.enabled=true`, '1.20.0')).toEqual([finding]);
  });

  it('needs kube-proxy replacement', () => {
    const set = 'bpf.hostLegacyRouting=false,enableIPv4Masquerade=false';
    expect(messageOf(set, '1.20.0', 'bpf.hostLegacyRouting')).toContain('needs kube-proxy replacement');
  });
});

describe('the address of the API server', () => {
  it('is wanted where no kube-proxy runs', () => {
    const set = 'kubeProxyReplacement=true';
    expect(told(set, '1.20.0')).toEqual(['warning contradiction k8sServiceHost']);
    expect(told(set, '1.20.0', 'none')).toEqual(['error contradiction k8sServiceHost']);
    expect(told(set, '1.20.0', 'iptables')).toEqual(['warning contradiction kubeProxyReplacement']);
  });
});
