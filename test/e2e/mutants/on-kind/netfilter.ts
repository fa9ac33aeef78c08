import { run } from '../../support/cli.ts';
import { inContainer } from '../../support/docker.ts';
import { addressOf } from '../../support/lab.ts';
import { inEnd } from '../direct-link.ts';
import { natChain } from '../nat-chain.ts';
import type { KindMutant } from './mutant.ts';

export const netfilterMutants: readonly KindMutant[] = [
  {
    claim: 'claim.kube-proxy.absent',
    profiles: ['kpr', 'ebpf'],
    title: 'a chain of kube-proxy is added on one node',
    make: async ({ node }) => {
      const nat = ['iptables-nft', '-t', 'nat'];
      await inContainer(node, ...nat, '-N', 'KUBE-SERVICES');
      return () => inContainer(node, ...nat, '-X', 'KUBE-SERVICES');
    },
  },
  {
    claim: 'claim.kube-proxy.chains',
    profiles: ['kube-proxy'],
    title: 'the chain of a Service that no other claim uses is emptied on one node',
    make: async ({ node, clusterIP }) => {
      const saved = (await inContainer(node, 'iptables-save', '-t', 'nat')).split('\n');
      const line = `-A KUBE-SERVICES -d ${await clusterIP('hello')}/32 `;
      const jump = saved.find((rule) => rule.startsWith(line)) ?? '';
      const chain = /-j (KUBE-SVC-\S+)/.exec(jump)?.[1] ?? 'none';
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
    make: async ({ nodeEnd, far, clusterIP }) =>
      natChain(
        (...argv) => inEnd(nodeEnd, ...argv),
        'prerouting priority -110',
        `ip daddr ${await clusterIP('demo')} tcp dport 7000 dnat to ${addressOf(far)}:7000`,
      ),
  },
  {
    claim: 'claim.chains.wire',
    profiles: ['kube-proxy'],
    title: 'the Service is translated inside the pod, before its device',
    make: async ({ otherClient, near, podEnd, clusterIP }) => {
      const end = await podEnd(otherClient);
      return await natChain(
        (...argv) => inEnd(end, ...argv),
        'output priority -100',
        `ip daddr ${await clusterIP('demo')} tcp dport 7000 dnat to ${addressOf(near)}:7000`,
      );
    },
  },
  {
    claim: 'claim.masquerade.iptables',
    profiles: ['kube-proxy', 'kpr'],
    title: 'another table masquerades before the rule does',
    make: async ({ nodeEnd, roleEnd }) =>
      natChain(
        (...argv) => inEnd(nodeEnd, ...argv),
        'postrouting priority 90',
        `ip saddr 10.244.0.0/16 ip daddr ${(await roleEnd('world')).address} snat to ${nodeEnd.address}`,
      ),
  },
  {
    claim: 'claim.masquerade.outside',
    profiles: ['ebpf'],
    title: 'netfilter gets a masquerade rule',
    make: async ({ node }) => {
      const rule = ['POSTROUTING', '-s', '10.244.0.0/16', '-j', 'MASQUERADE'];
      await inContainer(node, 'iptables-nft', '-t', 'nat', '-A', ...rule);
      return () => inContainer(node, 'iptables-nft', '-t', 'nat', '-D', ...rule);
    },
  },
];
