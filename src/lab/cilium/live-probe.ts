import type { Pod, Service } from '../../core/k8s.ts';
import type { Background, Runtime, Target } from '../../runtime/port.ts';
import { openKindLab } from '../kind/index.ts';
import type { CiliumUp } from './context.ts';

/** What requests of one way saw, each by a connection of its own. */
export interface ProbeTold {
  readonly way: string;
  readonly answered: number;
  readonly failed: number;
  /** From the first request of a row of failures to the next answer. */
  readonly longestGapMs: number;
  readonly text: string;
}

interface Way {
  readonly title: string;
  readonly from: Target;
  readonly url: string;
}

/** One line a request: when it began, in milliseconds, and curl's exit code. */
const askAgain = `while :; do
  at=$(date +%s%3N)
  curl --silent --output /dev/null --fail --max-time 1 "$1"
  echo "$at $?"
  sleep 0.1
done`;

/** Works while requests are made from a pod and from outside, and tells of them also where the work fails. */
export async function underProbe(
  context: CiliumUp,
  work: () => Promise<void>,
  tell: (probes: readonly ProbeTold[]) => void,
): Promise<void> {
  if (!context.lab.demo.enabled) return work();
  const { runtime } = await openKindLab(context.lab.name);
  const ways = await waysOf(context, runtime);
  const running: { readonly way: Way; readonly background: Background }[] = [];
  try {
    for (const way of ways) {
      const background = await runtime.start(way.from, '/bin/sh', ['-c', askAgain, 'sh', way.url]);
      running.push({ way, background });
    }
    await work();
  } finally {
    const ended = await Promise.all(
      running.map(async ({ way, background }) => readProbe(way.title, (await background.stop()).stdout)),
    );
    tell(ended);
  }
}

/** Judges the lines of one way. The first request that is not answered any more begins a gap. */
export function readProbe(way: string, lines: string): ProbeTold {
  const requests = [...lines.matchAll(/^(\d+) (\d+)$/gm)].map(([, at, code]) => ({
    at: Number(at),
    isAnswered: code === '0',
  }));
  const answered = requests.filter(({ isAnswered }) => isAnswered).length;
  const failed = requests.length - answered;
  let gapSince: number | undefined;
  let longestGapMs = 0;
  for (const { at, isAnswered } of requests) {
    if (!isAnswered) gapSince ??= at;
    if (gapSince !== undefined) longestGapMs = Math.max(longestGapMs, at - gapSince);
    if (isAnswered) gapSince = undefined;
  }
  const gap = failed === 0 ? '' : `, longest gap ${(longestGapMs / 1000).toFixed(1)} s`;
  const text = `${way}: ${answered} answered, ${failed} failed${gap}`;
  return { way, answered, failed, longestGapMs, text };
}

async function waysOf({ kubectl, lab }: CiliumUp, { nodes, addressOf }: Runtime): Promise<Way[]> {
  const pods = await kubectl.json<{ items: readonly Pod[] }>(['get', 'pods', '--selector', 'app=hello']);
  const { spec } = await kubectl.json<Service>(['get', 'service', 'demo']);
  const client = pods.items[0]?.metadata.name;
  const node = nodes.at(-1)?.address;
  const inside = `http://${spec.clusterIP}:${spec.ports?.[0]?.port}/`;
  return [
    ...(client === undefined ? [] : [{ title: 'pod to ClusterIP', from: { pod: client }, url: inside }]),
    ...(node === undefined || addressOf('client') === undefined
      ? []
      : [
          {
            title: 'outside to NodePort',
            from: { role: 'client' } as const,
            url: `http://${node}:${lab.demo.nodePort}/`,
          },
        ]),
  ];
}
