import { keyOf, type Pod } from '../../core/k8s.ts';
import { podNamespace } from '../../core/names.ts';
import { waitFor } from '../../core/wait-for.ts';
import { podCgroup } from '../../platform/cgroup.ts';
import { startProber } from '../../platform/prober.ts';
import type { Step, UpContext } from '../context.ts';

const limitMs = 60_000;
const pollMs = 10;
const askLimitMs = 200;
const service = 'default/demo';

/** The end of `up`: one request from a pod to the demo's ClusterIP is answered. */
export const firstAnswer: Step = {
  title: 'Wait for the first answer from a Service',
  skip: ({ lab }) => (lab.demo.enabled ? false : 'the lab has no demo'),
  run: async (context, report) => {
    const { store } = context;
    const pod = await runningPod(context);
    const address = (await store.get('Service', service))?.spec;
    const url = `http://${address?.clusterIP}:${address?.ports?.[0]?.port}/`;
    const answer = await askUntilAnswered(context, pod, url);
    context.serves();
    report(`${url} from ${pod.metadata.name}: ${answer}`);
  },
};

/** Asks from inside the pod, in its network namespace and cgroup, as its own processes would. */
async function askUntilAnswered({ lab, signal }: UpContext, pod: Pod, url: string): Promise<string> {
  const { namespace = 'default', name } = pod.metadata;
  const prober = startProber({
    namespace: podNamespace(lab.name, namespace, name),
    cgroup: podCgroup(lab.name, pod.spec.nodeName ?? '', keyOf(pod)),
  });
  try {
    return await waitFor(
      `${url} answers`,
      async () => {
        const answer = await prober.get(url, askLimitMs);
        if ('error' in answer) return { saw: answer.error };
        return answer.status === 200 ? { done: answer.body.trim() } : { saw: `status ${answer.status}` };
      },
      { timeoutMs: limitMs, intervalMs: pollMs, signal, fix: 'labctl status; labctl logs' },
    );
  } finally {
    prober.stop();
  }
}

/** The first pod of the demo that runs; told by the store, not asked for again and again. */
async function runningPod({ store, signal }: UpContext): Promise<Pod> {
  const seen = new Map<string, Pod>();
  const watching = new AbortController();
  const watch = store.watch(
    'Pod',
    (event) => {
      if (event.type === 'set') seen.set(keyOf(event.object), event.object);
    },
    watching.signal,
  );
  try {
    return await waitFor(
      'a pod of the demo runs',
      async () => {
        const pods = [...seen.values()].filter((pod) => pod.metadata.labels?.app === 'demo');
        const running = pods.find((pod) => pod.status?.phase === 'Running');
        if (running !== undefined) return { done: running };
        const states = pods.map((pod) => `${keyOf(pod)}: ${pod.status?.message ?? pod.status?.phase}`);
        return { saw: states.join('; ') || 'no pods' };
      },
      { timeoutMs: limitMs, intervalMs: pollMs, signal, fix: 'labctl logs controller' },
    );
  } finally {
    watching.abort();
    await watch;
  }
}
