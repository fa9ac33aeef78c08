import { describe, expect, it } from 'vitest';
import type { InspectedProgram, Inspection } from '../datapath/inspection.ts';
import { activeMode } from './active-mode.ts';
import { noRules, parseIptablesSave } from './kernel/iptables-save.ts';
import type { NodeEvidence } from './kernel/view.ts';
import { requestedMode } from './report/report.ts';
import { emptyInspection, fakeLab } from './testing/fake-lab.ts';

interface Facts {
  readonly socketLB?: boolean;
  readonly chains?: boolean;
  readonly masquerade?: readonly ('bpf' | 'iptables')[];
  readonly hostRouting?: boolean;
  /** Pod devices of two that have the forwarding program. */
  readonly forwarding?: number;
  readonly services?: number;
}

const program = (hook: string, at: string, name: string): InspectedProgram => ({
  hook,
  at,
  name,
  id: 1,
  tag: 'a',
  ours: true,
});

function node(facts: Facts): NodeEvidence {
  const { masquerade = [], forwarding = 2 } = facts;
  const inspection: Inspection = {
    ...emptyInspection('n'),
    config: { masquerade: masquerade.includes('bpf') ? 1 : 0, host_routing: facts.hostRouting === true },
    programs: [
      program('tcx/egress', 'eth0', 'lab_to_netdev'),
      ...Array.from({ length: forwarding }, (_, i) =>
        program('tcx/ingress', `lxc${i}`, 'lab_from_container'),
      ),
      ...(facts.socketLB === true ? [program('cgroup/connect4', '/cg', 'lab_sock4_connect')] : []),
    ],
    tables: {
      ...emptyInspection('n').tables,
      endpoints: [0, 1].map((id) => ({ address: `10.244.0.${id}`, id, ifindex: id })),
      services: Array.from({ length: facts.services ?? 0 }, (_, port) => ({
        address: '10.96.0.1',
        port,
        protocol: 'TCP' as const,
        scope: 'cluster' as const,
        flags: 0,
        revNat: 1,
        backends: [],
      })),
    },
  };
  const saved = [
    '*nat',
    ...(facts.chains === true ? [':KUBE-SERVICES - [0:0]'] : []),
    ':KUBE-KUBELET-CANARY - [0:0]',
    ...(masquerade.includes('iptables') ? ['[0:0] -A LABCTL-POSTROUTING -j MASQUERADE --random-fully'] : []),
    'COMMIT',
  ].join('\n');
  const rules = { nft: parseIptablesSave(saved), legacy: noRules };
  return {
    inspection,
    rulesets: { nftTables: [], iptables: rules, ip6tables: { nft: noRules, legacy: noRules } },
  };
}

const kubeProxy: Facts = { chains: true, masquerade: ['iptables'] };
const kpr: Facts = { socketLB: true, services: 3, masquerade: ['iptables'] };
const ebpf: Facts = { socketLB: true, services: 3, masquerade: ['bpf'], hostRouting: true };
const modeOf = (...nodes: Facts[]): unknown => activeMode(nodes.map(node), requestedMode(fakeLab('ebpf')));

describe('activeMode', () => {
  it.each([
    ['kube-proxy', kubeProxy],
    ['kpr', kpr],
    ['ebpf', ebpf],
  ])('of %s is told by the kernel alone', (mode, facts) => {
    expect(modeOf(facts, facts)).toMatchObject({ mode });
  });

  it.each<[string, Facts[], object]>([
    ['chains beside socket LB', [{ ...ebpf, chains: true }], { mode: 'mixed', serviceLB: 'mixed' }],
    ['chains beside filled maps', [{ ...kubeProxy, services: 1 }], { mode: 'mixed', serviceLB: 'mixed' }],
    [
      'two masquerades',
      [{ ...ebpf, masquerade: ['bpf', 'iptables'] }],
      { mode: 'mixed', masquerade: 'mixed' },
    ],
    ['a pod without the program', [{ ...ebpf, forwarding: 1 }], { mode: 'mixed', routing: 'mixed' }],
    ['no pod with the program', [{ ...ebpf, forwarding: 0 }], { mode: 'mixed', routing: 'stack' }],
    ['nodes that disagree', [ebpf, kpr], { mode: 'mixed', serviceLB: 'bpf', masquerade: 'mixed' }],
    ['nothing at all', [{}], { mode: 'unknown', serviceLB: 'unknown', masquerade: 'unknown' }],
    ['no node', [], { mode: 'unknown' }],
  ])('%s', (_title, nodes, expected) => {
    expect(modeOf(...nodes)).toMatchObject(expected);
  });

  it('knows a mixture that was asked for by its profile', () => {
    const requested = { ...requestedMode(fakeLab('kpr')), masquerade: 'bpf' } as const;
    const facts = node({ ...kpr, masquerade: ['bpf'] });
    expect(activeMode([facts], requested)).toMatchObject({ mode: 'kpr', masquerade: 'bpf' });
  });
});
