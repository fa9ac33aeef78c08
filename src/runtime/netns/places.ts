import { notFound } from '../../core/errors.ts';
import type { Pod } from '../../core/k8s.ts';
import { podNamespace } from '../../core/names.ts';
import { nearestWord } from '../../core/nearest-word.ts';
import { childCgroup, podCgroup } from '../../platform/cgroup.ts';
import type { Place } from '../../platform/placed.ts';
import type { Target } from '../port.ts';
import type { Layout } from './layout.ts';

/** Where a target's programs run. `pods` answers which node a pod is on. */
export async function placeOf(
  layout: Layout,
  target: Target,
  pods: (key: string) => Promise<Pod | undefined>,
): Promise<Place> {
  if ('role' in target) return placeOfRole(layout, target.role);
  if ('node' in target) return placeOfNode(layout, target.node);
  const key = target.pod.includes('/') ? target.pod : `default/${target.pod}`;
  const node = (await pods(key))?.spec.nodeName;
  if (node === undefined) {
    throw notFound('E_NO_POD', `lab ${layout.lab} runs no pod ${key}`, {
      fix: `labctl get pods --all-namespaces --name ${layout.lab}`,
    });
  }
  const [namespace = '', name = ''] = key.split('/');
  return {
    namespace: podNamespace(layout.lab, namespace, name),
    cgroup: target.outsideCgroup === true ? outsideCgroup(layout.lab) : podCgroup(layout.lab, node, key),
  };
}

/** Of the lab, so that `down` ends its processes, and of no node: socket LB does not see them. */
export const outsideCgroup = (lab: string): string => childCgroup(lab, 'outside');

function placeOfRole(layout: Layout, role: 'client' | 'world'): Place {
  const found = layout.roles.find((candidate) => candidate.role === role);
  if (found === undefined) throw notFound('E_NO_ROLE', `lab ${layout.lab} has no ${role}`);
  return { namespace: found.namespace, cgroup: childCgroup(layout.lab, role) };
}

function placeOfNode(layout: Layout, name: string): Place {
  const found = layout.nodes.find((node) => node.name === name);
  if (found !== undefined) return { namespace: found.namespace, cgroup: childCgroup(layout.lab, name) };
  const names = layout.nodes.map((node) => node.name);
  const nearest = nearestWord(name, names);
  throw notFound('E_NO_NODE', `lab ${layout.lab} has no node ${name}`, {
    fix: nearest === undefined ? `nodes: ${names.join(', ')}` : `did you mean ${nearest}?`,
  });
}
