import { createFabric, createHostLink, removeHostLink, removeNamespaces } from '../../runtime/netns/index.ts';
import type { Step } from '../context.ts';

export const fabric: Step = {
  title: 'Connect nodes, client and world',
  run: async ({ exec, layout }, report) => {
    await createFabric(exec, layout);
    await createHostLink(exec, layout);
    report(`${layout.nodes.length} nodes, router ${layout.router}, this host ${layout.host.address}`);
  },
  undo: {
    title: 'Remove links and namespaces',
    run: async ({ exec, lab }) => {
      await removeHostLink(exec, lab);
      await removeNamespaces(exec, lab);
    },
  },
};
