import { describe, expect, it } from 'vitest';
import type { ClusterSource } from '../../core/cluster.ts';
import type { Pod } from '../../core/k8s.ts';
import type { Runtime } from '../../runtime/port.ts';
import { everyProfile } from '../check.ts';
import type { Report } from '../report/report.ts';
import { fakeLab, fakeNodes, fakePods, fakeRuntime, fakeServices } from '../testing/fake-lab.ts';
import { checkIds, verify } from '../verify.ts';
import { ciliumCatalogue } from './catalogue.ts';

/** Answers constructed after the types of the agent's API: this proves how they are judged, and nothing of Cilium. */
const status = {
  cilium: { state: 'Ok' },
  'kube-proxy-replacement': { mode: 'True' },
  masquerading: { enabled: true, mode: 'BPF' },
  routing: { 'intra-host-routing-mode': 'BPF', 'inter-host-routing-mode': 'Native' },
  ipam: { allocations: Object.fromEntries(fakePods.map(({ status: pod }) => [pod?.podIP, ''])) },
};
const backends = fakePods.filter(({ metadata }) => metadata.name.startsWith('demo'));
const frontends = [
  [8080, 80],
  [7000, 7000],
].map(([port, target]) => ({
  'frontend-address': { ip: '10.96.10.10', port },
  'backend-addresses': backends.map(({ status: pod }) => ({ ip: pod?.podIP, port: target })),
}));
const maps = Object.fromEntries(
  frontends.map((each) => [
    `10.96.10.10:${each['frontend-address'].port}/TCP (1)`,
    each['backend-addresses'].map(({ ip, port }, at) => `${ip}:${port}/TCP (1) (${at + 1})`),
  ]),
);
/** The world sees each pod by the address of its node and port 50000. */
const worldAt = '198.51.100.2:7000';
const seenAs = (pod: Pod | undefined): string =>
  fakeNodes.find(({ name }) => name === pod?.spec.nodeName)?.address ?? '';
const natEntries = fakePods.map(
  (pod) =>
    `TCP OUT ${pod.status?.podIP}:40000 -> ${worldAt} XLATE_SRC ${seenAs(pod)}:50000 Created=1sec ago NeedsCT=0`,
);
const device = (ifname: string, kind: string) => ({ ifname, linkinfo: { info_kind: kind } });
const answers: Readonly<Record<string, unknown>> = {
  'cilium-dbg status': status,
  'cilium-dbg service': frontends.map((realized) => ({ status: { realized } })),
  'cilium-dbg bpf lb': maps,
  'cilium-dbg bpf nat': natEntries.join('\n'),
  'bpftool --json': [
    {
      tc: [
        { devname: 'lxc1', kind: 'tcx/ingress', name: 'cil_from_container' },
        { devname: 'eth0', kind: 'tcx/ingress', name: 'cil_from_netdev' },
      ],
    },
  ],
  'ip -json': [device('eth0', 'veth'), device('lxc1', 'veth'), device('lxc_health', 'veth')],
};

const agents: readonly Pod[] = fakeNodes.map(({ name }, index) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'kube-system', name: `cilium-${index}`, labels: { 'k8s-app': 'cilium' } },
  spec: { nodeName: name, hostNetwork: true, containers: [] },
}));

async function judged(changed: Readonly<Record<string, unknown>> = {}, pods = agents): Promise<Report> {
  const runtime = fakeRuntime({
    command: (_target, [file, first, second]) => {
      const key = [file, first, ...(first === 'bpf' ? [second] : [])].join(' ');
      const answer = key in changed ? changed[key] : answers[key];
      if (answer === undefined) return undefined;
      return { stdout: typeof answer === 'string' ? answer : JSON.stringify(answer) };
    },
  });
  const list = (async (kind: string) =>
    kind === 'Pod'
      ? [...fakePods, ...pods]
      : runtime.cluster.list(kind as 'Service')) as ClusterSource['list'];
  const lab = { ...fakeLab('ebpf'), cilium: { version: '1.20.0' } };
  const start: Runtime['start'] = async (target) => ({
    seen: async () => {
      const pod = fakePods.find(
        ({ metadata }) => 'pod' in target && target.pod.endsWith(`/${metadata.name}`),
      );
      const answeredBy = { pod: 'world', node: '', client: seenAs(pod), clientPort: 50_000 };
      return JSON.stringify({ localPort: 40_000, answeredBy });
    },
    stop: async () => ({ stdout: '', stderr: '' }),
  });
  const cluster = { ...runtime.cluster, list };
  return verify({ ...runtime, start, cluster }, lab, { only: ['claim.cilium.*'], settleMs: 0 });
}

const red = (report: Report): string[] =>
  report.checks.filter((check) => check.status !== 'passed').map(({ id, status: how }) => `${id} ${how}`);

describe('checks of Cilium', () => {
  it.each(everyProfile)('of %s are the committed list, in its order', (profile) => {
    for (const runtime of ['netns', 'kind'] as const) {
      const own = ciliumCatalogue.filter(
        ({ profiles, runtimes }) => profiles.includes(profile) && runtimes?.includes(runtime) !== false,
      );
      expect(own.map(({ id }) => id)).toEqual(checkIds(profile, runtime, 'cilium'));
    }
  });

  it('pass where agents, maps and devices show the profile, and name the mode', async () => {
    const report = await judged();
    expect(red(report)).toEqual([]);
    expect(report.checks).toHaveLength(11);
    expect(report.active.mode).toBe('ebpf');
  });

  it.each([
    ['kube-proxy replacement', { 'kube-proxy-replacement': { mode: 'False' } }, 'kube-proxy-replacement'],
    ['masquerading', { masquerading: { enabled: true, mode: 'iptables' } }, 'masquerade'],
    ['host routing', { routing: { ...status.routing, 'intra-host-routing-mode': 'Legacy' } }, 'host-routing'],
    ['routing', { routing: { ...status.routing, 'inter-host-routing-mode': 'Tunnel' } }, 'routing'],
    ['health', { cilium: { state: 'Warning' } }, 'health'],
    ['addresses', { ipam: { allocations: {} } }, 'ipam'],
  ])('see another %s, and fail that claim alone', async (_, part, id) => {
    const report = await judged({ 'cilium-dbg status': { ...status, ...part } });
    expect(red(report)).toEqual([`claim.cilium.${id} failed`]);
  });

  it.each([
    ['a tunnel device', { 'ip -json': [device('cilium_vxlan', 'vxlan'), device('lxc1', 'veth')] }, 'routing'],
    ['pods by netkit', { 'ip -json': [device('lxc1', 'netkit')] }, 'devices'],
    ['a pod without a program', { 'ip -json': [device('lxc1', 'veth'), device('lxc2', 'veth')] }, 'programs'],
    ['programs of another shape', { 'bpftool --json': { tc: [] } }, 'programs'],
    ['a Service without backends', { 'cilium-dbg bpf lb': { '10.96.10.10:8080': [] } }, 'services.in-maps'],
    ['no NAT entry', { 'cilium-dbg bpf nat': '' }, 'nat'],
    [
      'an entry that says another port',
      { 'cilium-dbg bpf nat': natEntries.join('\n').replaceAll(':50000', ':50001') },
      'nat',
    ],
    ['a list of another shape', { 'cilium-dbg service': { items: [] } }, 'services.listed'],
  ])('see %s, and fail that claim alone', async (_, changed, id) => {
    expect(red(await judged(changed))).toEqual([`claim.cilium.${id} failed`]);
  });

  it('never pass what they cannot tell, and show what they saw', async () => {
    const report = await judged({ 'cilium-dbg status': { states: {} } });
    expect(report.active.mode).toBe('unknown');
    const replacement = report.checks.find(({ id }) => id === 'claim.cilium.kube-proxy-replacement');
    expect(replacement).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('could not be told: no kube-proxy-replacement.mode: keys states'),
    });
  });

  it('are errors where a node has no agent', async () => {
    const report = await judged({}, agents.slice(1));
    const health = report.checks.find(({ id }) => id === 'claim.cilium.health');
    expect(health).toMatchObject({ status: 'error', reason: expect.stringContaining('lab-control-plane') });
    expect(report.active.mode).toBe('unknown');
  });
});

it('the stand-in has the Service that the answers are of', () => {
  expect(fakeServices[0]?.spec.clusterIP).toBe('10.96.10.10');
});
