import { listContainers, removeContainers, runContainer } from '../../../platform/docker.ts';
import { kindNetwork } from '../../../platform/kind.ts';
import { type KindStep, labLabel } from '../context.ts';

const roles = ['client', 'world'] as const;

/** Hosts beside the nodes that know nothing of the cluster, by the names of their containers. */
export const outsiders = (lab: string): string[] => roles.map((role) => outsider(lab, role));
export const outsider = (lab: string, role: (typeof roles)[number]): string => `labctl-${lab}-${role}`;

export const outside: KindStep = {
  title: 'Start the outside client and the world host',
  run: async ({ lab, exec, images }, report) => {
    const present = await listContainers(exec, [`${labLabel}=${lab.name}`]);
    await Promise.all(
      roles.map(async (role) => {
        const name = outsider(lab.name, role);
        if (present.some((container) => container.name === name && container.state === 'running')) return;
        await removeContainers(
          exec,
          present.filter((container) => container.name === name).map(({ id }) => id),
        );
        await runContainer(exec, {
          name,
          image: images.demo.reference,
          network: kindNetwork(),
          labels: { [labLabel]: lab.name, 'labctl.dev/role': role },
          env: { POD_NAME: role, NODE_NAME: '' },
        });
      }),
    );
    report(outsiders(lab.name).join(', '));
  },
  undo: {
    title: 'Remove the outside client and the world host',
    run: async ({ lab, exec }) => {
      const found = await listContainers(exec, [`${labLabel}=${lab}`]);
      await removeContainers(
        exec,
        found.map(({ id }) => id),
      );
    },
  },
};
