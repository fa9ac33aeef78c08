import { foreignPodNetworks, foreignServiceNetwork } from './addresses.ts';
import { foreignCni, readyNodes } from './cni.ts';
import { unreachableImages } from './images.ts';
import { contradictingProxy } from './kube-proxy.ts';
import { takenByDemo, takenNamespace } from './names.ts';
import { unfitNode } from './nodes.ts';
import { isOurs, type Rule } from './rule.ts';

export { isOurs, type Question, type Refusal, type Rule } from './rule.ts';

export const rules: readonly Rule[] = [
  {
    id: 'cni',
    title: "the nodes' CNI slot is free",
    need: 'one plug-in gives pods their network: this one',
    judge: ({ facts, lab }) => [...foreignCni(facts), ...(isOurs(facts, lab) ? [] : readyNodes(facts))],
  },
  {
    id: 'nodes',
    title: 'every node answers and waits for a network only',
    need: 'the agent runs on every node',
    judge: ({ facts }) => facts.nodes.flatMap(unfitNode),
  },
  {
    id: 'kube-proxy',
    title: 'kube-proxy is there exactly when the profile wants it',
    need: 'two of them would translate every Service twice, none not at all',
    judge: ({ facts, lab }) => contradictingProxy(facts, lab),
  },
  {
    id: 'bpffs',
    title: 'bpffs is mounted at /sys/fs/bpf of every node',
    need: 'pins keep the datapath alive when an agent dies; no pod but a privileged one can mount it',
    judge: ({ facts }) =>
      facts.inside
        .filter(({ hasBpffs }) => !hasBpffs)
        .map(({ name }) => ({
          what: `node ${name} has no BPF file system at /sys/fs/bpf`,
          fix: `docker exec ${name} mount -t bpf bpf /sys/fs/bpf`,
        })),
  },
  {
    id: 'addresses',
    title: "the cluster's networks are those of the lab",
    need: 'the datapath tells pods, Services and the world apart by address',
    judge: ({ facts, lab }) => [...foreignPodNetworks(facts, lab), ...foreignServiceNetwork(facts, lab)],
  },
  {
    id: 'names',
    title: 'names and ports of the lab are free',
    need: 'nothing of anybody else is replaced',
    judge: ({ facts, lab }) => [...takenNamespace(facts, lab), ...takenByDemo(facts, lab)],
  },
  {
    id: 'images',
    title: 'images reach the nodes',
    need: 'they are built here, not published',
    judge: ({ facts, lab, images }) => unreachableImages(facts, lab, images),
  },
];
