import { describe, expect, it } from 'vitest';
import { head, inFile, problemsOf } from '../problems-of.ts';
import { rules } from './index.ts';

interface Row {
  readonly rule: string;
  /** Lab file after its first two lines. */
  readonly text: string;
  /** line:column in the whole file. */
  readonly at: string;
  readonly field: string;
  readonly says: RegExp;
  readonly suggestion?: string;
  /** Further rules that rightly complain. */
  readonly also?: readonly string[];
}

const rows: readonly Row[] = [
  {
    rule: 'host-bits.podCIDR',
    text: 'spec:\n  network:\n    podCIDR: 10.244.1.0/16\n',
    at: '5:14',
    field: 'spec.network.podCIDR',
    says: /10\.244\.1\.0\/16 has host bits set/,
    suggestion: '10.244.0.0/16',
  },
  {
    rule: 'host-bits.serviceCIDR',
    text: 'spec:\n  network: { serviceCIDR: 10.96.0.1/16 }\n',
    at: '4:27',
    field: 'spec.network.serviceCIDR',
    says: /host bits/,
    suggestion: '10.96.0.0/16',
  },
  {
    rule: 'host-bits.nodeCIDR',
    text: 'spec:\n  network: { nodeCIDR: 172.30.0.9/24 }\n',
    at: '4:24',
    field: 'spec.network.nodeCIDR',
    says: /host bits/,
    suggestion: '172.30.0.0/24',
  },
  {
    rule: 'host-bits.nativeRoutingCIDR',
    text: 'spec:\n  network: { nativeRoutingCIDR: 10.1.0.0/8 }\n',
    at: '4:33',
    field: 'spec.network.nativeRoutingCIDR',
    says: /host bits/,
    suggestion: '10.0.0.0/8',
  },
  {
    rule: 'reserved.podCIDR',
    text: 'spec:\n  network: { podCIDR: 127.0.0.0/16 }\n',
    at: '4:23',
    field: 'spec.network.podCIDR',
    says: /overlaps 127\.0\.0\.0\/8, loopback/,
  },
  {
    rule: 'reserved.serviceCIDR',
    text: 'spec:\n  network: { serviceCIDR: 224.0.0.0/16 }\n',
    at: '4:27',
    field: 'spec.network.serviceCIDR',
    says: /multicast/,
  },
  {
    rule: 'reserved.nodeCIDR',
    text: 'spec:\n  network: { nodeCIDR: 169.254.8.0/24 }\n',
    at: '4:24',
    field: 'spec.network.nodeCIDR',
    says: /link-local/,
  },
  {
    rule: 'outside-overlap.podCIDR',
    text: 'spec:\n  network: { podCIDR: 203.0.0.0/16 }\n',
    at: '4:23',
    field: 'spec.network.podCIDR',
    says: /the outside client's network/,
  },
  {
    rule: 'outside-overlap.serviceCIDR',
    text: 'spec:\n  network: { serviceCIDR: 198.51.0.0/16 }\n',
    at: '4:27',
    field: 'spec.network.serviceCIDR',
    says: /the world host's network/,
  },
  {
    rule: 'outside-overlap.nodeCIDR',
    text: 'spec:\n  network: { nodeCIDR: 203.0.113.0/24 }\n',
    at: '4:24',
    field: 'spec.network.nodeCIDR',
    says: /the outside client's network/,
  },
  {
    rule: 'overlap.pod-service',
    text: 'spec:\n  network:\n    podCIDR: 10.96.0.0/14\n',
    at: '5:14',
    field: 'spec.network.podCIDR',
    says: /podCIDR 10\.96\.0\.0\/14 and serviceCIDR 10\.96\.0\.0\/16 overlap/,
  },
  {
    rule: 'overlap.pod-node',
    text: 'spec:\n  network:\n    nodeCIDR: 10.244.7.0/24\n    podCIDR: 10.244.0.0/16\n',
    at: '6:14',
    field: 'spec.network.podCIDR',
    says: /podCIDR 10\.244\.0\.0\/16 and nodeCIDR 10\.244\.7\.0\/24 overlap/,
  },
  {
    rule: 'overlap.service-node',
    text: 'spec:\n  network: { nodeCIDR: 10.96.9.0/24 }\n',
    at: '4:24',
    field: 'spec.network.nodeCIDR',
    says: /serviceCIDR 10\.96\.0\.0\/16 and nodeCIDR 10\.96\.9\.0\/24 overlap/,
  },
  {
    rule: 'pod-cidr-size',
    text: 'spec:\n  nodes: { workers: 4 }\n  network: { podCIDR: 10.8.0.0/22 }\n',
    at: '5:23',
    field: 'spec.network.podCIDR',
    says: /has room for 4 nodes \(a \/24 each\), the lab has 5/,
  },
  {
    rule: 'service-cidr-size',
    text: 'spec:\n  network: { serviceCIDR: 172.20.0.0/30 }\n',
    at: '4:27',
    field: 'spec.network.serviceCIDR',
    says: /too small/,
  },
  {
    rule: 'node-cidr-size',
    text: 'spec:\n  network: { nodeCIDR: 172.20.0.0/28 }\n',
    at: '4:24',
    field: 'spec.network.nodeCIDR',
    says: /too small/,
  },
  {
    rule: 'native-routing-holds-pods',
    text: 'spec:\n  network: { nativeRoutingCIDR: 10.244.0.0/17 }\n',
    at: '4:33',
    field: 'spec.network.nativeRoutingCIDR',
    says: /does not hold podCIDR 10\.244\.0\.0\/16/,
    suggestion: '10.244.0.0/16',
  },
  {
    rule: 'port-range.nodePortRange',
    text: 'spec:\n  network: { nodePortRange: 32767-30000 }\n',
    at: '4:29',
    field: 'spec.network.nodePortRange',
    says: /no range of ports/,
    suggestion: '30000-32767',
  },
  {
    rule: 'port-range.natPortRange',
    text: 'spec:\n  network: { natPortRange: 50000-70000 }\n',
    at: '4:28',
    field: 'spec.network.natPortRange',
    says: /no range of ports/,
  },
  {
    rule: 'port-ranges-overlap',
    text: 'spec:\n  network: { natPortRange: 32767-40000 }\n',
    at: '4:28',
    field: 'spec.network.natPortRange',
    says: /nodePortRange 30000-32767 and natPortRange 32767-40000 overlap/,
  },
  {
    rule: 'ports-left-for-nodes',
    text: 'spec:\n  network:\n    nodePortRange: 2000-32767\n    natPortRange: 32768-65535\n',
    at: '6:19',
    field: 'spec.network.natPortRange',
    says: /leave 976 ports in a row/,
  },
  {
    rule: 'nat-port-range-size',
    text: 'spec:\n  network: { natPortRange: 50000-50100 }\n',
    at: '4:28',
    field: 'spec.network.natPortRange',
    says: /smaller than 256 ports/,
  },
  {
    rule: 'node-port-in-range',
    text: 'spec:\n  demo:\n    nodePort: 80\n',
    at: '5:15',
    field: 'spec.demo.nodePort',
    says: /nodePort 80.* is outside nodePortRange 30000-32767/,
  },
  {
    rule: 'kube-proxy-mode',
    text: 'spec:\n  profile: kpr\n  datapath:\n    kubeProxyMode: iptables\n',
    at: '6:20',
    field: 'spec.datapath.kubeProxyMode',
    says: /kubeProxyReplacement: true contradicts kubeProxyMode: iptables/,
    suggestion: 'kubeProxyMode: none',
  },
  {
    rule: 'masquerade-needs-replacement',
    text: 'spec:\n  profile: kube-proxy\n  datapath:\n    masquerade: bpf\n',
    at: '6:17',
    field: 'spec.datapath.masquerade',
    says: /masquerade: bpf needs kubeProxyReplacement: true/,
    suggestion: 'masquerade: iptables',
  },
  {
    rule: 'host-routing-needs-replacement',
    text: 'spec:\n  profile: kube-proxy\n  datapath:\n    hostRouting: bpf\n',
    at: '6:18',
    field: 'spec.datapath.hostRouting',
    says: /hostRouting: bpf needs kubeProxyReplacement: true/,
    suggestion: 'hostRouting: stack',
    also: ['host-routing-needs-masquerade'],
  },
  {
    rule: 'host-routing-needs-masquerade',
    text: 'spec:\n  profile: kpr\n  datapath:\n    hostRouting: bpf\n',
    at: '6:18',
    field: 'spec.datapath.hostRouting',
    says: /hostRouting: bpf needs masquerade: bpf/,
    suggestion: 'masquerade: bpf',
  },
  {
    rule: 'routing-tunnel',
    text: 'spec:\n  network:\n    routing: tunnel\n',
    at: '5:14',
    field: 'spec.network.routing',
    says: /not supported yet/,
    suggestion: 'native',
  },
  {
    rule: 'ipam.runtime',
    text: 'spec:\n  runtime: netns\n  ipam: { mode: cluster-pool }\n',
    at: '5:17',
    field: 'spec.ipam.mode',
    says: /needs the operator, which runtime netns does not have/,
    suggestion: 'kubernetes',
  },
  {
    rule: 'ipam.unread',
    text: 'spec:\n  ipam: { pools: [10.244.0.0/16] }\n',
    at: '4:18',
    field: 'spec.ipam.pools',
    says: /the mode is kubernetes/,
    suggestion: 'cluster-pool',
  },
  {
    rule: 'ipam.pools',
    text: 'spec:\n  runtime: kind\n  ipam: { mode: cluster-pool, pools: [10.244.0.0/20, 10.244.8.0/21] }\n',
    at: '5:38',
    field: 'spec.ipam.pools',
    says: /10\.244\.0\.0\/20 and 10\.244\.8\.0\/21 overlap/,
  },
  {
    rule: 'ipam.room',
    text: 'spec:\n  runtime: kind\n  ipam: { mode: cluster-pool, pools: [10.244.0.0/24], maskSize: 25 }\n',
    at: '5:65',
    field: 'spec.ipam.maskSize',
    says: /room for 2 nodes \(a \/25 each\), the lab has 3/,
  },
];

describe('rules', () => {
  it.each(rows)('$rule: at $at of the lab file', ({ rule, text, at, field, says, suggestion, also }) => {
    const problems = inFile(head + text);
    expect(problems.map((one) => one.rule).toSorted()).toEqual([rule, ...(also ?? [])].toSorted());
    const problem = problems.find((one) => one.rule === rule);
    expect(problem).toMatchObject({ file: 'a.labctl.yaml', field, message: expect.stringMatching(says) });
    expect(`${problem?.line}:${problem?.column}`).toBe(at);
    expect(problem?.allowed).toBeTruthy();
    expect(problem?.suggestion).toBe(suggestion);
  });

  it('each have a row', () => {
    expect(rows.map(({ rule }) => rule).toSorted()).toEqual(rules.map(({ id }) => id).toSorted());
  });

  it('ask nothing of a value that is broken already', () => {
    expect(inFile(`${head}spec:\n  network: { podCIDR: 10.244/16 }\n`).map(({ rule }) => rule)).toEqual([
      'wrong-value',
    ]);
    expect(
      inFile(`${head}spec:\n  profile: kubeproxy\n  datapath: { kubeProxyMode: iptables }\n`),
    ).toMatchObject([{ rule: 'wrong-value', suggestion: 'kube-proxy' }]);
  });

  it.each([
    ['10.244.1.0/23', '24', /10\.244\.1\.0\/23 has host bits set/],
    ['10.245.0.0/16', '24', /is not inside podCIDR 10\.244\.0\.0\/16/],
    ['10.244.0.0/25', '24', /a pool of \/25 has no \/24/],
  ])('refuse the pool %s cut by %s', (ipamPool, ipamMaskSize, says) => {
    const flags = { runtime: 'kind', ipam: 'cluster-pool', ipamPool, ipamMaskSize };
    expect(problemsOf({ flags }).map(({ message }) => message)).toEqual([expect.stringMatching(says)]);
  });

  it('leave room for the outside networks only where labctl makes them', () => {
    expect(problemsOf({ flags: { podCidr: '192.0.0.0/16', runtime: 'kind' } })).toEqual([]);
  });
});
