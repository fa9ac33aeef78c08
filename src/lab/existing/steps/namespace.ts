import { type Node, type ObjectMeta, podCIDRAnnotation } from '../../../core/k8s.ts';
import { ownerLabel, ownerMark } from '../../../core/owner-mark.ts';
import type { Kubectl } from '../../../platform/kubectl.ts';
import { labLabel, systemNamespace } from '../../kind/context.ts';
import type { ExistingStep } from '../context.ts';

const removeLimitMs = 180_000;

/** Made before everything else in the cluster: who sees it knows whose the rest is. */
export const namespace: ExistingStep = {
  title: 'Mark the cluster',
  run: async ({ lab, kubectl }, report) => {
    const object = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: systemNamespace,
        labels: {
          [labLabel]: lab.name,
          [ownerLabel]: ownerMark(),
          'pod-security.kubernetes.io/enforce': 'privileged',
        },
      },
    };
    await kubectl.run(['apply', '--server-side', '--field-manager', 'labctl', '--filename', '-'], {
      input: JSON.stringify(object),
    });
    report(`namespace ${systemNamespace}`);
  },
  undo: {
    title: 'Remove the namespace, and the marks on nodes',
    run: async ({ lab, kubectl }) => {
      const { items } = await kubectl.json<{ items: readonly { metadata: ObjectMeta }[] }>([
        ...['get', 'namespaces', '--selector', `${labLabel}=${lab},${ownerLabel}=${ownerMark()}`],
      ]);
      for (const { metadata } of items) {
        await kubectl.run(['delete', 'namespace', metadata.name, '--wait'], { timeoutMs: removeLimitMs });
      }
      await forgetPodNetworks(kubectl);
    },
  },
};

/** Of the operator, which ended with its namespace: it would write them anew. */
async function forgetPodNetworks(kubectl: Kubectl): Promise<void> {
  const { items } = await kubectl.json<{ items: readonly Node[] }>(['get', 'nodes']);
  const marked = items.filter(({ metadata }) => metadata.annotations?.[podCIDRAnnotation] !== undefined);
  if (marked.length === 0) return;
  await kubectl.run([
    'annotate',
    'nodes',
    ...marked.map(({ metadata }) => metadata.name),
    `${podCIDRAnnotation}-`,
  ]);
}
