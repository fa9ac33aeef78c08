import type { ObjectMeta } from '../../../core/k8s.ts';
import { ownerLabel, ownerMark } from '../../../core/owner-mark.ts';
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
    title: 'Remove the namespace',
    run: async ({ lab, kubectl }) => {
      const { items } = await kubectl.json<{ items: readonly { metadata: ObjectMeta }[] }>([
        ...['get', 'namespaces', '--selector', `${labLabel}=${lab},${ownerLabel}=${ownerMark()}`],
      ]);
      for (const { metadata } of items) {
        await kubectl.run(['delete', 'namespace', metadata.name, '--wait'], { timeoutMs: removeLimitMs });
      }
    },
  },
};
