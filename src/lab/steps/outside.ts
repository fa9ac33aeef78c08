import { startRoleServer } from '../../runtime/netns/index.ts';
import type { Step } from '../context.ts';

/** Client and world answer as pods do. Last, as no Service needs them. */
export const outside: Step = {
  title: 'Start client and world',
  run: async ({ lab, layout }) => {
    await Promise.all(layout.roles.map((role) => startRoleServer(lab.name, role)));
  },
};
