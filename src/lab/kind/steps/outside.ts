import { listContainers, removeContainers, runContainer } from '../../../platform/docker.ts';
import { type ClusterUp, type KindStep, labLabel } from '../context.ts';

/**
 * Containers beside the nodes that know nothing of the cluster. `visitor` has no network: it enters
 * pods' networks, and is in no cgroup of a node.
 */
const roles = ['client', 'world', 'visitor'] as const;
type Outsider = (typeof roles)[number];

export const outsiders = (lab: string): string[] => roles.map((role) => outsider(lab, role));
export const outsider = (lab: string, role: Outsider): string => `labctl-${lab}-${role}`;

const visitor = { network: 'none', entersOthers: true, command: ['sleep', 'infinity'] };

export const outside: KindStep<ClusterUp> = {
  title: 'Start the hosts outside',
  run: async ({ lab, exec, images, network }, report) => {
    const image = images.demo.reference;
    const present = await listContainers(exec, [`${labLabel}=${lab.name}`]);
    await Promise.all(
      roles.map(async (role) => {
        const name = outsider(lab.name, role);
        const isThere = present.some(
          (container) =>
            container.name === name && container.state === 'running' && container.image === image,
        );
        if (isThere) return;
        await removeContainers(
          exec,
          present.filter((container) => container.name === name).map(({ id }) => id),
        );
        await runContainer(exec, {
          name,
          image,
          labels: { [labLabel]: lab.name, 'labctl.dev/role': role },
          env: { POD_NAME: role, NODE_NAME: '' },
          ...(role === 'visitor' ? visitor : { network }),
        });
      }),
    );
    report(outsiders(lab.name).join(', '));
  },
  undo: {
    title: 'Remove the hosts outside',
    run: async ({ lab, exec }) => {
      const found = await listContainers(exec, [`${labLabel}=${lab}`]);
      await removeContainers(
        exec,
        found.map(({ id }) => id),
      );
    },
  },
};
