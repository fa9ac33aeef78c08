import { readFile } from 'node:fs/promises';
import { mergeKubeconfig, unmergeKubeconfig, userKubeconfig } from '../../../platform/user-kubeconfig.ts';
import { type ClusterUp, contextOf, type KindStep } from '../context.ts';

/** So that kubectl finds the cluster without being told of our file. */
export const userContext: KindStep<ClusterUp> = {
  title: 'Add the cluster to your kubeconfig',
  skip: ({ merged }) => (merged === undefined ? 'the cluster is in it' : false),
  run: async ({ lab, kubeconfig, merged }, report) => {
    if (merged === undefined) return;
    await mergeKubeconfig(merged, await readFile(kubeconfig, 'utf8'));
    report(`context ${contextOf(lab.name)} in ${merged.file}`);
  },
  undo: {
    title: 'Take the cluster out of your kubeconfig',
    run: async ({ lab, merged }) => {
      // Without a record it is looked for where it would be put today.
      const where = merged ?? { file: await userKubeconfig(), isNew: false, previous: '' };
      await unmergeKubeconfig(where, contextOf(lab));
    },
  },
};
