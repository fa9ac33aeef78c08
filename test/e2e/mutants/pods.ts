import type { Pod } from '../../../src/core/k8s.ts';
import { type LiveLab, nodeOf, podOn } from '../support/lab.ts';

/** The pods that claims use: the neighbour on the first node that has one, and servers beside and far from it. */
export function cast(lab: LiveLab): {
  readonly client: Pod;
  readonly near: Pod;
  readonly far: Pod;
  readonly otherClient: Pod;
} {
  const [client, otherClient] = lab.pods
    .filter(({ metadata }) => metadata.name.startsWith('hello-'))
    .sort((a, b) => nodeOf(a).localeCompare(nodeOf(b)));
  if (client === undefined || otherClient === undefined) throw new Error('the lab has no two pods of hello');
  const servers = lab.pods
    .filter(({ metadata }) => metadata.name.startsWith('demo-'))
    .sort((a, b) => nodeOf(a).localeCompare(nodeOf(b)));
  const far = servers.find((pod) => nodeOf(pod) !== nodeOf(client));
  if (far === undefined) throw new Error('the lab has no server on another node');
  return { client, near: podOn(lab, 'demo', nodeOf(client)), far, otherClient };
}
