import { addressOf, clusterIP, inNode, inPod, nodeAddress, nodeOf } from '../support/lab.ts';
import { directLink, givenPorts, nodeEnd, podEnd, secondDevice, worldEnd } from './direct-link.ts';
import type { Mutant } from './mutant.ts';
import { natChain } from './nat-chain.ts';
import { cast } from './pods.ts';

export const netfilterMutants: readonly Mutant[] = [
  {
    claim: 'claim.kube-proxy.absent',
    profiles: ['kpr', 'ebpf'],
    title: 'a chain of kube-proxy is added on one node',
    make: async (lab) => {
      await inNode(nodeOf(cast(lab).client), 'iptables-nft', '-t', 'nat', '-N', 'KUBE-SERVICES');
    },
  },
  {
    claim: 'claim.kube-proxy.chains',
    profiles: ['kube-proxy'],
    title: 'the chain of a Service that no other claim uses is emptied on one node',
    make: async (lab) => {
      const node = nodeOf(cast(lab).client);
      const rules = await inNode(node, 'iptables-nft', '-t', 'nat', '-S', 'KUBE-SERVICES');
      const line = rules.split('\n').find((rule) => rule.includes(`-d ${clusterIP(lab, 'hello')}/32`));
      const chain = /-j (KUBE-SVC-\S+)/.exec(line ?? '')?.[1] ?? 'none';
      await inNode(node, 'iptables-nft', '-t', 'nat', '-F', chain);
    },
  },
  {
    claim: 'claim.kube-proxy.counters',
    profiles: ['kube-proxy'],
    title: "the Service is translated before kube-proxy's chains see it",
    make: async (lab) => {
      const { client, far } = cast(lab);
      await natChain(
        (...argv) => inNode(nodeOf(client), ...argv),
        'prerouting priority -110',
        `ip daddr ${clusterIP(lab, 'demo')} tcp dport 7000 dnat to ${addressOf(far)}:7000`,
      );
    },
  },
  {
    claim: 'claim.chains.wire',
    profiles: ['kube-proxy'],
    title: 'the Service is translated inside the pod, before its device',
    make: async (lab) => {
      const { otherClient, near } = cast(lab);
      await natChain(
        (...argv) => inPod(lab, otherClient, ...argv),
        'output priority -100',
        `ip daddr ${clusterIP(lab, 'demo')} tcp dport 7000 dnat to ${addressOf(near)}:7000`,
      );
    },
  },
  {
    claim: 'claim.masquerade.iptables',
    profiles: ['kube-proxy', 'kpr'],
    title: 'another table masquerades before the rule does',
    make: async (lab) => {
      const node = nodeOf(cast(lab).client);
      await natChain(
        (...argv) => inNode(node, ...argv),
        'postrouting priority 90',
        `ip saddr 10.244.0.0/16 ip daddr 198.51.100.0/24 snat to ${nodeAddress(lab, node)}`,
      );
    },
  },
  {
    claim: 'claim.masquerade.outside',
    profiles: ['ebpf'],
    title: 'netfilter gets a masquerade rule',
    make: async (lab) => {
      const rule = ['-s', '10.244.0.0/16', '-j', 'MASQUERADE'];
      await inNode(nodeOf(cast(lab).client), 'iptables-nft', '-t', 'nat', '-A', 'POSTROUTING', ...rule);
    },
  },
  {
    claim: 'claim.netfilter.bypassed',
    profiles: ['ebpf'],
    title: "a pod's UDP to another node takes a second device, which the stack forwards",
    make: async (lab) => {
      const { client, far } = cast(lab);
      await secondDevice(podEnd(lab, client), nodeEnd(lab, nodeOf(client)), addressOf(far));
    },
  },
  {
    claim: 'claim.netfilter.seen',
    profiles: ['kube-proxy', 'kpr'],
    title: "a pod's UDP to the world takes a link of its own, past every node",
    make: async (lab) => {
      await directLink(podEnd(lab, cast(lab).client), worldEnd(lab), 'udp');
    },
  },
  {
    claim: 'claim.redirect.counters',
    profiles: ['ebpf'],
    title: "two pods of a node talk TCP over a link of their own, past the datapath's programs",
    make: async (lab) => {
      const { client, near } = cast(lab);
      await directLink(podEnd(lab, client), podEnd(lab, near), 'tcp', givenPorts);
    },
  },
  {
    claim: 'claim.redirect.absent',
    profiles: ['kube-proxy', 'kpr'],
    title: 'two pods of a node talk TCP over a link of their own, past the stack',
    make: async (lab) => {
      const { client, near } = cast(lab);
      await directLink(podEnd(lab, client), podEnd(lab, near), 'tcp', givenPorts);
    },
  },
];
