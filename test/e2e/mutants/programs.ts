import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { labPaths } from '../../../src/core/paths.ts';
import { sh } from '../support/cli.ts';
import { compileForeign } from '../support/foreign.ts';
import { cgroup2Root } from '../support/inventory.ts';
import { inNode, type LiveLab, linksOf, nodeOf, profiles } from '../support/lab.ts';
import type { Mutant } from './mutant.ts';
import { cast } from './pods.ts';

export const programMutants: readonly Mutant[] = [
  {
    claim: 'claim.programs.attached',
    profiles,
    title: "a pod's lab_to_container is detached",
    make: async (lab) => {
      const links = linksOf(lab, nodeOf(cast(lab).otherClient));
      const names = (await readdir(links)).filter((name) => /^endpoint-.*-egress$/.test(name));
      await rm(join(links, names[0] ?? 'none'));
    },
  },
  {
    claim: 'claim.programs.attached',
    profiles,
    title: 'somebody attaches a program of their own to an uplink',
    make: async (lab) => {
      const node = nodeOf(cast(lab).client);
      const pin = await loadForeign(lab, 'foreign_tc');
      await inNode(node, 'tc', 'qdisc', 'add', 'dev', 'eth0', 'clsact');
      await inNode(node, 'tc', 'filter', 'add', 'dev', 'eth0', 'ingress', 'bpf', 'da', 'pinned', pin);
    },
  },
  {
    claim: 'claim.socketlb.absent',
    profiles: ['kube-proxy'],
    title: "a connect() program is attached to a node's cgroup",
    make: async (lab) => {
      const pin = await loadForeign(lab, 'foreign_connect4');
      const cgroup = join(await cgroup2Root(), 'labctl', lab.name, nodeOf(cast(lab).client));
      await sh('bpftool', 'cgroup', 'attach', cgroup, 'connect4', 'pinned', pin, 'multi');
    },
  },
  {
    claim: 'claim.socketlb.wire',
    profiles: ['kpr', 'ebpf'],
    title: 'connect() is no longer translated on one node: per-packet translation takes over',
    dependents: ['claim.programs.attached'],
    make: async (lab) => {
      await rm(join(linksOf(lab, nodeOf(cast(lab).client)), 'cgroup-connect4'));
    },
  },
];

/** Loaded into the lab's own bpffs, so that `down` ends it. */
async function loadForeign({ name }: LiveLab, program: string): Promise<string> {
  const object = await compileForeign(labPaths(name).state);
  const directory = join(labPaths(name).bpffs, 'foreign');
  await sh('bpftool', 'prog', 'loadall', object, directory);
  return join(directory, program);
}
