import { isPodReady, keyOf } from '../../core/k8s.ts';
import { waitFor } from '../../core/wait-for.ts';
import type { Step } from '../context.ts';

const limitMs = 60_000;
const pollMs = 50;

/** Later than the first answer, so that whoever comes after `up` finds every pod of the demo. */
export const demoReady: Step = {
  title: 'Wait for the demo',
  skip: ({ lab }) => (lab.demo.enabled ? false : 'the lab has none'),
  run: async ({ store, signal }, report) => {
    const ready = await waitFor(
      'all pods of the demo are ready',
      async () => {
        const pods = await store.list('Pod');
        const waiting = pods
          .filter((pod) => !isPodReady(pod))
          .map(({ status, ...pod }) => `${keyOf(pod)}: ${status?.phase}`);
        return pods.length > 0 && waiting.length === 0
          ? { done: pods.length }
          : { saw: waiting.join('; ') || 'no pods' };
      },
      { timeoutMs: limitMs, intervalMs: pollMs, signal, fix: 'labctl logs controller' },
    );
    report(`${ready} pods`);
  },
};
