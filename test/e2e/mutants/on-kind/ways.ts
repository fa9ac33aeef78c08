import { addressOf } from '../../support/lab.ts';
import { directLink, givenPorts, secondDevice, unlink } from '../direct-link.ts';
import type { KindMutant, Mend } from './mutant.ts';
import type { KindScene } from './scene.ts';

/** Packets take another way than the datapath gives them, and arrive all the same. */
export const wayMutants: readonly KindMutant[] = [
  {
    claim: 'claim.netfilter.bypassed',
    profiles: ['ebpf'],
    title: "a pod's UDP to another node takes a second device, which the stack forwards",
    make: async ({ client, far, nodeEnd, podEnd }) => {
      const end = await podEnd(client);
      await secondDevice(end, nodeEnd, addressOf(far));
      return () => unlink(end);
    },
  },
  {
    claim: 'claim.netfilter.seen',
    profiles: ['kube-proxy', 'kpr'],
    title: "a pod's UDP to the world takes a link of its own, past every node",
    make: async ({ client, podEnd, roleEnd }) => {
      const [end, world] = [await podEnd(client), await roleEnd('world')];
      await directLink(end, world, 'udp');
      return () => unlink(end, world);
    },
  },
  {
    claim: 'claim.redirect.counters',
    profiles: ['ebpf'],
    title: "two pods of a node talk TCP over a link of their own, past the datapath's programs",
    make: linkPodsOfANode,
  },
  {
    claim: 'claim.redirect.absent',
    profiles: ['kube-proxy', 'kpr'],
    title: 'two pods of a node talk TCP over a link of their own, past the stack',
    make: linkPodsOfANode,
  },
];

async function linkPodsOfANode({ client, near, podEnd }: KindScene): Promise<Mend> {
  const [a, b] = [await podEnd(client), await podEnd(near)];
  await directLink(a, b, 'tcp', givenPorts);
  return () => unlink(a, b);
}
