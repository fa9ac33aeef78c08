import { join } from 'node:path';
import { labPaths } from '../../../core/paths.ts';
import { readIfPresent, writeAtomic } from '../../../platform/fs.ts';
import { uninstallRelease } from '../../../platform/helm.ts';
import { agentSet, labLabel, systemNamespace } from '../../kind/context.ts';
import { chart } from '../../kind/steps/chart.ts';
import { demo } from '../../kind/steps/demo.ts';
import type { ExistingDown, ExistingStep } from '../context.ts';

const limitMs = 180_000;
const cleanSet = 'labctl-clean';
const inSystem = ['--namespace', systemNamespace] as const;
const gone = ['--ignore-not-found', '--wait', '--cascade=foreground'] as const;

/** Pods of the demo leave while agents still answer the CNI. */
export const removableDemo: ExistingStep = {
  ...demo,
  undo: {
    title: 'Remove the demo',
    run: async ({ lab, kubectl }) => {
      await kubectl.run(
        [
          ...['delete', 'daemonsets,deployments,services', '--namespace', 'default'],
          ...['--selector', `${labLabel}=${lab}`, ...gone],
        ],
        { timeoutMs: limitMs },
      );
    },
  },
};

/** Uninstalling stops agents and no more: a rollout must not cut a node off. Here nothing is to stay. */
export const removableChart: ExistingStep = {
  ...chart,
  undo: {
    title: 'Remove the datapath from the nodes',
    run: async (context) => {
      const { lab, exec, kubectl, kubeconfig } = context;
      // Kept until the lab's directory goes: a `down` that died half-way has no DaemonSet left to read.
      const kept = join(labPaths(lab).state, 'clean.json');
      const agents = await agentsOf(context);
      if (agents !== undefined) {
        const nodes = await nodesWithAgent(context);
        if (nodes.length > 0) await writeAtomic(kept, JSON.stringify(cleanerOf(agents, nodes)));
      }
      const cleaner = await readIfPresent(kept);
      if (cleaner !== undefined) {
        await kubectl.run(['delete', 'daemonset', agentSet, ...inSystem, ...gone], { timeoutMs: limitMs });
        await kubectl.run(['apply', '--filename', '-'], { input: cleaner });
        await kubectl.run(
          ['rollout', 'status', 'daemonset', cleanSet, ...inSystem, '--timeout', `${limitMs / 1000}s`],
          { timeoutMs: limitMs + 10_000 },
        );
        await kubectl.run(['delete', 'daemonset', cleanSet, ...inSystem, ...gone], { timeoutMs: limitMs });
      }
      await uninstallRelease(exec, { name: 'labctl', namespace: systemNamespace }, kubeconfig);
    },
  },
};

interface AgentSet {
  readonly spec: {
    readonly template: {
      readonly metadata: object;
      readonly spec: { readonly containers: readonly Readonly<Record<string, unknown>>[] };
    };
  };
}

async function agentsOf({ kubectl }: ExistingDown): Promise<AgentSet | undefined> {
  const { items } = await kubectl.json<{ items: readonly AgentSet[] }>([
    ...['get', 'daemonsets', ...inSystem, '--field-selector', `metadata.name=${agentSet}`],
  ]);
  return items[0];
}

/** Where an agent's container was made: elsewhere is nothing to clean, and maybe no image to do it with. */
async function nodesWithAgent({ kubectl }: ExistingDown): Promise<string[]> {
  const { items } = await kubectl.json<{ items: readonly AgentPod[] }>([
    ...['get', 'pods', ...inSystem, '--selector', `app.kubernetes.io/name=${agentSet}`],
  ]);
  return items.flatMap(({ spec, status }) =>
    status?.containerStatuses?.some(({ imageID }) => imageID !== '') === true ? [spec.nodeName] : [],
  );
}

interface AgentPod {
  readonly spec: { readonly nodeName: string };
  readonly status?: { readonly containerStatuses?: readonly { readonly imageID: string }[] };
}

/** The agents' own pods, mounts and rights, with `clean` in place of `run`; ready when it has ended. */
function cleanerOf({ spec }: AgentSet, nodes: readonly string[]): object {
  const { containers, ...pod } = spec.template.spec;
  const [agent = {}] = containers;
  const { startupProbe: _, livenessProbe: __, readinessProbe: ___, ...container } = agent;
  const labels = { 'app.kubernetes.io/name': cleanSet };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: cleanSet, namespace: systemNamespace, labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...pod,
          terminationGracePeriodSeconds: 0,
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: nodes.map((node) => ({
                  matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }],
                })),
              },
            },
          },
          initContainers: [
            { ...container, args: ['clean', '--config', '/etc/labctl/agent.json'], name: 'clean' },
          ],
          containers: [
            {
              name: 'done',
              image: agent.image,
              imagePullPolicy: agent.imagePullPolicy,
              command: ['sleep', 'infinity'],
            },
          ],
        },
      },
    },
  };
}
