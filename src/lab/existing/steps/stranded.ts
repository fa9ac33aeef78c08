import { keyOf } from '../../../core/k8s.ts';
import type { ExistingStep } from '../context.ts';

/**
 * Pods that a network before this one left behind run on without any, and hold addresses that are given
 * out again. Those that somebody makes anew are deleted; the others are named.
 */
export const restartStranded: ExistingStep = {
  title: 'Restart pods that have lost their network',
  skip: ({ facts }) => (facts.stranded.length === 0 ? 'there are none' : false),
  run: async ({ facts, kubectl, log }, report) => {
    const isOwned = ({ metadata }: (typeof facts.stranded)[number]): boolean =>
      (metadata.ownerReferences ?? []).length > 0;
    const owned = facts.stranded.filter(isOwned);
    await Promise.all(
      owned.map(({ metadata: { name, namespace = 'default' } }) =>
        kubectl.run(['delete', 'pod', name, '--namespace', namespace, '--ignore-not-found', '--wait=false']),
      ),
    );
    for (const pod of facts.stranded.filter((each) => !isOwned(each))) {
      log.warn(`pod ${keyOf(pod)} has no network, and nobody makes it anew: delete and create it`);
    }
    report(owned.map(keyOf).join(', '));
  },
};
