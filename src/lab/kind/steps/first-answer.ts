import type { Pod, Service } from '../../../core/k8s.ts';
import { waitFor } from '../../../core/wait-for.ts';
import type { ClusterUp, KindStep } from '../context.ts';

const limitMs = 60_000;

/** The end of `up`: one request from a pod to the demo's ClusterIP is answered. */
export const firstAnswer: KindStep<ClusterUp> = {
  title: 'Wait for the first answer from a Service',
  skip: ({ lab }) => (lab.demo.enabled ? false : 'the lab has no demo'),
  run: async ({ kubectl, signal, lab }, report) => {
    const pods = await kubectl.json<{ items: readonly Pod[] }>(['get', 'pods', '--selector', 'app=demo']);
    const { spec } = await kubectl.json<Service>(['get', 'service', 'demo']);
    const pod = pods.items[0]?.metadata.name ?? '';
    const url = `http://${spec.clusterIP}:${spec.ports?.[0]?.port}/`;
    const answer = await waitFor(
      `${url} answers to ${pod}`,
      () =>
        kubectl
          .run(['exec', pod, '--', 'curl', '--silent', '--show-error', '--fail', '--max-time', '2', url])
          .then(
            (body) => ({ done: body.trim() }),
            (error: unknown) => ({ saw: error instanceof Error ? error.message : String(error) }),
          ),
      { timeoutMs: limitMs, signal, fix: `labctl status --name ${lab.name}` },
    );
    report(`${url} from ${pod}: ${answer}`);
  },
};
