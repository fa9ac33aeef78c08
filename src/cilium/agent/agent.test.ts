import { describe, expect, it } from 'vitest';
import { agentCli } from './cli.ts';
import { allocatedAddresses, type Fact, readFact } from './facts.ts';
import { readNatEntries } from './nat.ts';
import { programNameAt, readAttached } from './programs.ts';
import { readLoadBalancerMaps, readServiceList } from './services.ts';

/** Constructed after the types of the agent's API; no agent wrote them. */
const newer = {
  cilium: { state: 'Ok', msg: '1.20.0' },
  'kube-proxy-replacement': { mode: 'True' },
  masquerading: { enabled: true, enabledProtocols: { ipv4: true }, mode: 'BPF' },
  routing: { 'intra-host-routing-mode': 'BPF', 'inter-host-routing-mode': 'Native' },
  ipam: { allocations: { '10.244.1.7': 'default/demo-1', 'other/10.9.0.2': 'default/x' } },
};
const older = {
  'kube-proxy-replacement': { mode: 'Strict' },
  masquerading: { enabled: true, mode: 'iptables' },
  'host-routing': { mode: 'Legacy' },
};

describe('facts of an agent', () => {
  it.each<[Fact, string, string]>([
    ['serviceLB', 'bpf', 'bpf'],
    ['masquerade', 'bpf', 'iptables'],
    ['hostRouting', 'bpf', 'stack'],
  ])('%s is read from the older API and the newer', (fact, now, before) => {
    expect(readFact(newer, fact)).toEqual({ word: now });
    expect(readFact(older, fact)).toEqual({ word: before });
  });

  it('says that masquerading is off where Go left out the false', () => {
    expect(readFact({ masquerading: { mode: 'BPF' } }, 'masquerade')).toEqual({ word: 'off' });
  });

  it.each<[string, unknown, Fact, string]>([
    ['no object', 'command not found', 'serviceLB', '"command not found"'],
    ['another key', { replacement: {} }, 'hostRouting', 'keys replacement'],
    ['another word', { 'host-routing': { mode: 'Fast' } }, 'hostRouting', 'host-routing.mode: "Fast"'],
    ['a word of JavaScript', { 'host-routing': { mode: 'toString' } }, 'hostRouting', '"toString"'],
    ['no word', { 'kube-proxy-replacement': {} }, 'serviceLB', 'kube-proxy-replacement.mode: undefined'],
  ])('cannot be told from %s, which is shown', (_, status, fact, saw) => {
    expect(readFact(status, fact)).toEqual({ saw: expect.stringContaining(saw) });
  });

  it('knows the addresses it gave out, of any pool', () => {
    expect(allocatedAddresses(newer)).toEqual(['10.244.1.7', '10.9.0.2']);
    expect(allocatedAddresses(older)).toBeUndefined();
  });
});

describe('Services', () => {
  const demo = { ip: '10.96.10.10', port: 8080, protocol: 'TCP', scope: 'external' };
  it('are read from the realized part of the list', () => {
    const realized = { 'frontend-address': demo, 'backend-addresses': [{ ip: '10.244.1.2', port: 80 }] };
    const spec = { ...realized, 'backend-addresses': [] };
    expect(readServiceList([{ spec, status: { realized } }])).toEqual(
      new Map([['10.96.10.10:8080', new Set(['10.244.1.2:80'])]]),
    );
    expect(readServiceList([{ spec }])).toBeUndefined();
    expect(readServiceList({ items: [] })).toBeUndefined();
  });

  it('are read from dumps of the maps of any version, both protocols of a port together', () => {
    const dump = {
      '10.96.10.10:7000/TCP (0)': ['0.0.0.0:0 (7) (0) [ClusterIP, non-routable] '],
      '10.96.10.10:7000/TCP (1)': ['10.244.1.2:7000/TCP (7) (1)'],
      '10.96.10.10:7000/UDP (1)': ['10.244.2.2:7000/UDP (8) (1)'],
      '10.96.0.1:443': ['172.18.0.2:6443 (1) (1)', 'backend 9 not found'],
      '[fd00::1]:53': ['[fd00::2]:53 (2) (1)'],
    };
    expect(readLoadBalancerMaps(dump)).toEqual(
      new Map([
        ['10.96.10.10:7000', new Set(['10.244.1.2:7000', '10.244.2.2:7000'])],
        ['10.96.0.1:443', new Set(['172.18.0.2:6443'])],
      ]),
    );
    expect(readLoadBalancerMaps(['10.96.0.1:443'])).toBeUndefined();
    expect(readLoadBalancerMaps({ '10.96.0.1:443': 'text' })).toBeUndefined();
  });
});

describe('programs', () => {
  it.each([
    ['1.12.4', 'bpf_lxc.o:[from-container]', 'bpf_netdev_eth0.o:[from-netdev]'],
    ['1.13.0-rc5', 'cilium-lxc1', 'cilium-eth0'],
    ['1.14.0', 'cil_from_container-lxc1', 'cil_from_netdev-eth0'],
    ['1.20.0', 'cil_from_container', 'cil_from_netdev'],
  ])('have the names of %s and of no other', (version, pod, uplink) => {
    expect(
      [programNameAt('pods', version), programNameAt('uplink', version)].map((name) => name?.source),
    ).toEqual([expect.any(String), expect.any(String)]);
    expect(programNameAt('pods', version)?.test(pod)).toBe(true);
    expect(programNameAt('uplink', version)?.test(uplink)).toBe(true);
    expect(programNameAt('pods', version)?.test('lab_from_container')).toBe(false);
  });

  it('are listed by device, whichever hook', () => {
    const tc = [
      { devname: 'lxc1', ifindex: 7, kind: 'tcx/ingress', name: 'cil_from_container', prog_id: 9 },
      { devname: 'eth0', ifindex: 2, kind: 'clsact/ingress', name: 'cil_from_netdev-eth0', id: 4 },
    ];
    expect(readAttached([{ xdp: [], tc, flow_dissector: [] }])).toEqual([
      { device: 'lxc1', hook: 'tcx/ingress', name: 'cil_from_container' },
      { device: 'eth0', hook: 'clsact/ingress', name: 'cil_from_netdev-eth0' },
    ]);
    for (const shape of [{}, [], [{ xdp: [] }]]) expect(readAttached(shape)).toBeUndefined();
  });
});

it.each([
  ['1.14.19', 'cilium'],
  ['1.15.0-rc.1', 'cilium-dbg'],
  ['1.20.0', 'cilium-dbg'],
])("the agent's own command line of %s is %s", (version, name) => {
  expect(agentCli(version)).toBe(name);
});

/** Printed by cilium-dbg 1.18.0. */
const natList = `UDP OUT 10.244.1.152:52848 -> 172.18.0.1:53 XLATE_SRC 172.18.0.4:52848 Created=81sec ago NeedsCT=0
UDP IN 10.244.0.169:7000 -> 172.18.0.4:36074 XLATE_DST 172.18.0.6:36074 Created=41sec ago NeedsCT=0
TCP OUT 10.244.1.7:40000 -> 172.18.0.5:7000 XLATE_SRC 172.18.0.4:50000 Created=1sec ago NeedsCT=0
`;
it('NAT entries are those of the way out', () => {
  expect(readNatEntries(natList)).toEqual([
    {
      protocol: 'UDP',
      original: '10.244.1.152:52848',
      peer: '172.18.0.1:53',
      translated: '172.18.0.4:52848',
    },
    {
      protocol: 'TCP',
      original: '10.244.1.7:40000',
      peer: '172.18.0.5:7000',
      translated: '172.18.0.4:50000',
    },
  ]);
  expect(readNatEntries('Unable to open map')).toEqual([]);
});
