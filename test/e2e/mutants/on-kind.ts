import type { ProfileName } from '../../../src/profile/profile.ts';
import { run } from '../support/cli.ts';
import { inContainer } from '../support/docker.ts';
import { type KindLab, podsReady } from '../support/kind-lab.ts';
import { profiles } from '../support/lab.ts';
import { u16, u32 } from './bytes.ts';
import type { Mutant } from './mutant.ts';
import { serviceKey } from './tables.ts';

/** A mutant on a cluster that others use after it: it is mended, not thrown away. */
export interface KindMutant extends Omit<Mutant, 'make'> {
  /** `node` is where the pod runs that claims ask from. Answers with what mends it. */
  readonly make: (lab: KindLab, node: string) => Promise<() => Promise<unknown>>;
}

const kernel: readonly ProfileName[] = ['kpr', 'ebpf'];
const pins = '/sys/fs/bpf/labctl';

export const kindMutants: readonly KindMutant[] = [
  {
    claim: 'claim.programs.attached',
    profiles,
    title: "a pod's lab_to_container is detached",
    make: async (lab, node) => {
      await inContainer(node, 'sh', '-euc', `rm "$(ls ${pins}/links/endpoint-*-egress | head -n 1)"`);
      return () => restartAgent(lab, node);
    },
  },
  {
    claim: 'claim.socketlb.wire',
    profiles: kernel,
    title: 'connect() is no longer translated on one node: per-packet translation takes over',
    dependents: ['claim.programs.attached'],
    make: async (lab, node) => {
      await inContainer(node, 'rm', `${pins}/links/cgroup-connect4`);
      return () => restartAgent(lab, node);
    },
  },
  {
    claim: 'claim.services.in-maps',
    profiles: kernel,
    title: 'a Service that no other claim uses is removed from the map of one node',
    make: async (lab, node) => {
      const key = serviceKey(await clusterIP(lab, 'hello'), 8080);
      await inContainer(node, 'bpftool', 'map', 'delete', 'pinned', services, 'key', 'hex', ...key);
      return () => restartAgent(lab, node);
    },
  },
  {
    claim: 'claim.services.not-in-maps',
    profiles: ['kube-proxy'],
    title: 'a Service appears in the map of one node',
    make: async (_lab, node) => {
      const key = ['key', 'hex', ...serviceKey('10.96.200.200', 80)];
      // backend_id, affinity_seconds, count, rev_nat, flags, pad
      const value = ['value', 'hex', ...[u32(0), u32(0), u16(0), u16(999), u16(0), u16(0)].flat()];
      await inContainer(node, 'bpftool', 'map', 'update', 'pinned', services, ...key, ...value);
      return () => inContainer(node, 'bpftool', 'map', 'delete', 'pinned', services, ...key);
    },
  },
  {
    claim: 'claim.kube-proxy.absent',
    profiles: kernel,
    title: 'a chain of kube-proxy is added on one node',
    make: async (_lab, node) => {
      const nat = ['iptables-nft', '-t', 'nat'];
      await inContainer(node, ...nat, '-N', 'KUBE-SERVICES');
      return () => inContainer(node, ...nat, '-X', 'KUBE-SERVICES');
    },
  },
  {
    claim: 'claim.kube-proxy.chains',
    profiles: ['kube-proxy'],
    title: 'the chain of a Service that no other claim uses is emptied on one node',
    make: async (lab, node) => {
      const saved = (await inContainer(node, 'iptables-save', '-t', 'nat')).split('\n');
      const line = `-A KUBE-SERVICES -d ${await clusterIP(lab, 'hello')}/32 `;
      const chain =
        /-j (KUBE-SVC-\S+)/.exec(saved.find((rule) => rule.startsWith(line)) ?? '')?.[1] ?? 'none';
      await inContainer(node, 'iptables', '-t', 'nat', '-F', chain);
      const rules = saved.filter((rule) => rule.startsWith(`-A ${chain} `));
      const input = ['*nat', ...rules, 'COMMIT', ''].join('\n');
      return () => run('docker', ['exec', '-i', node, 'iptables-restore', '--noflush'], { input });
    },
  },
  {
    claim: 'claim.kube-proxy.counters',
    profiles: ['kube-proxy'],
    title: "the Service is translated before kube-proxy's chains see it",
    make: async (lab, node) => {
      const far = (await lab.pods('default', 'app=demo')).find(({ spec }) => spec.nodeName !== node);
      const rule = `ip daddr ${await clusterIP(lab, 'demo')} tcp dport 7000 dnat to ${far?.status?.podIP}:7000`;
      return natChain(node, 'prerouting priority -110', rule);
    },
  },
  {
    claim: 'claim.masquerade.outside',
    profiles: ['ebpf'],
    title: 'netfilter gets a masquerade rule',
    make: async (_lab, node) => {
      const rule = ['POSTROUTING', '-s', '10.244.0.0/16', '-j', 'MASQUERADE'];
      await inContainer(node, 'iptables-nft', '-t', 'nat', '-A', ...rule);
      return () => inContainer(node, 'iptables-nft', '-t', 'nat', '-D', ...rule);
    },
  },
];

const services = `${pins}/maps/lab_svc4`;

const clusterIP = (lab: KindLab, name: string): Promise<string> =>
  lab.kubectl('get', 'service', name, '--output', 'jsonpath={.spec.clusterIP}');

/** A new agent brings the kernel to what is wanted. */
async function restartAgent(lab: KindLab, node: string): Promise<void> {
  const [system, selector] = ['labctl-system', 'app.kubernetes.io/name=labctl-agent'];
  const all = await lab.pods(system, selector);
  const pod = all.find(({ spec }) => spec.nodeName === node)?.metadata.name ?? '';
  await lab.kubectl('delete', 'pod', pod, '--namespace', system);
  await podsReady(lab, system, selector, all.length, 120_000);
}

async function natChain(node: string, hook: string, rule: string): Promise<() => Promise<unknown>> {
  await inContainer(node, 'nft', 'add table ip mutant');
  await inContainer(node, 'nft', `add chain ip mutant chain0 { type nat hook ${hook}; }`);
  await inContainer(node, 'nft', `add rule ip mutant chain0 ${rule}`);
  return () => inContainer(node, 'nft', 'delete table ip mutant');
}
