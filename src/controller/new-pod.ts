import { randomBytes } from 'node:crypto';
import type { Pod } from '../core/k8s.ts';
import { templateHash, templateLabel, type Workload } from './workloads.ts';

/** Letters and digits that neither form words nor look alike, as Kubernetes uses them. */
const letters = 'bcdfghjklmnpqrstvwxz2456789';
const suffixLength = 5;

/** A pod of a workload, bound to a node. */
export function newPod(workload: Workload, node: string): Pod {
  const { name, namespace = 'default', uid } = workload.metadata;
  const hash = templateHash(workload);
  const generation = workload.kind === 'Deployment' ? `${hash}-` : '';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${generation}${suffix()}`,
      namespace,
      labels: { ...workload.spec.template.metadata?.labels, [templateLabel]: hash },
      ownerReferences: [
        { apiVersion: workload.apiVersion, kind: workload.kind, name, ...(uid === undefined ? {} : { uid }) },
      ],
    },
    spec: { ...workload.spec.template.spec, nodeName: node },
    status: { phase: 'Pending' },
  };
}

const suffix = (): string =>
  [...randomBytes(suffixLength)].map((byte) => letters[byte % letters.length]).join('');
