import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sh } from '../../support/cli.ts';
import { inContainer } from '../../support/docker.ts';
import { compileForeign } from '../../support/foreign.ts';
import { cgroup2Root } from '../../support/inventory.ts';
import { podsReady, sleeper, until } from '../../support/kind-lab.ts';
import { profiles } from '../../support/lab.ts';
import type { KindMutant } from './mutant.ts';
import type { KindScene } from './scene.ts';

const links = '/sys/fs/bpf/labctl/links';
const foreign = '/sys/fs/bpf/mutant';

export const programMutants: readonly KindMutant[] = [
  {
    claim: 'claim.programs.attached',
    profiles,
    title: "a pod's lab_to_container is detached",
    make: async ({ lab, node, near }) => {
      // A pod of its own: what is cut off from claims' pods, other claims notice too.
      const before = await linksOn(node);
      const image = near.spec.containers[0]?.image ?? '';
      await lab.apply(sleeper('mutant', node, image));
      await podsReady(lab, 'default', 'app=sleeper', 1);
      const own = (await linksOn(node)).filter((link) => !before.includes(link));
      const egress = own.find((link) => /^endpoint-.*-egress$/.test(link));
      if (egress === undefined || own.length !== 2)
        throw new Error(`links of the new pod: ${own.join(', ') || 'none'}`);
      await inContainer(node, 'rm', `${links}/${egress}`);
      return async () => {
        await lab.kubectl('delete', 'pod', 'mutant');
        await until('its links to go', async () =>
          (await linksOn(node)).every((link) => !own.includes(link)),
        );
      };
    },
  },
  {
    claim: 'claim.programs.attached',
    profiles,
    title: 'somebody attaches a program of their own to an uplink',
    make: async (scene) => {
      const { node } = scene;
      await loadForeign(scene);
      const tc = (...argv: readonly string[]) => inContainer(node, 'tc', ...argv);
      await tc('qdisc', 'add', 'dev', 'eth0', 'clsact');
      const program = ['bpf', 'da', 'pinned', `${foreign}/foreign_tc`];
      await tc('filter', 'add', 'dev', 'eth0', 'ingress', ...program);
      return async () => {
        await tc('qdisc', 'delete', 'dev', 'eth0', 'clsact');
        await inContainer(node, 'rm', '-r', foreign);
      };
    },
  },
  {
    claim: 'claim.socketlb.absent',
    profiles: ['kube-proxy'],
    title: "a connect() program is attached to a node's cgroup",
    make: async (scene) => {
      const { node, nodeRoot } = scene;
      await loadForeign(scene);
      const cgroup = join(nodeRoot, await cgroup2Root());
      const program = [cgroup, 'connect4', 'pinned', join(nodeRoot, foreign, 'foreign_connect4')];
      await sh('bpftool', 'cgroup', 'attach', ...program, 'multi');
      return async () => {
        await sh('bpftool', 'cgroup', 'detach', ...program);
        await inContainer(node, 'rm', '-r', foreign);
      };
    },
  },
  {
    claim: 'claim.socketlb.wire',
    profiles: ['kpr', 'ebpf'],
    title: 'connect() is no longer translated on one node: per-packet translation takes over',
    dependents: ['claim.programs.attached'],
    make: async (scene) => {
      await inContainer(scene.node, 'rm', `${links}/cgroup-connect4`);
      return () => restartAgent(scene);
    },
  },
];

const linksOn = async (node: string): Promise<string[]> =>
  (await inContainer(node, 'ls', links)).split('\n').filter((name) => name !== '');

/** Into the node's bpffs, by this machine's tools: a node need not have any. */
async function loadForeign({ nodeRoot }: KindScene): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'labctl-foreign-'));
  try {
    const object = await compileForeign(directory);
    await sh('bpftool', 'prog', 'loadall', object, join(nodeRoot, foreign));
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A new agent brings the kernel to what is wanted. */
async function restartAgent({ lab, node }: KindScene): Promise<void> {
  const [system, selector] = ['labctl-system', 'app.kubernetes.io/name=labctl-agent'];
  const all = await lab.pods(system, selector);
  const pod = all.find(({ spec }) => spec.nodeName === node)?.metadata.name ?? '';
  await lab.kubectl('delete', 'pod', pod, '--namespace', system);
  await podsReady(lab, system, selector, all.length, 120_000);
}
