import type { Pod } from '../core/k8s.ts';
import type { Cache } from './cache.ts';

/** Binds a pod that names no node to the one that runs the fewest pods. */
export async function assignNode(cache: Cache, pod: Pod): Promise<void> {
  if (pod.metadata.deletionTimestamp !== undefined) return;
  const load = new Map(cache.list('Node').map((node) => [node.metadata.name, 0]));
  for (const { spec } of cache.list('Pod')) {
    const count = spec.nodeName === undefined ? undefined : load.get(spec.nodeName);
    if (spec.nodeName !== undefined && count !== undefined) load.set(spec.nodeName, count + 1);
  }
  const [first] = [...load].sort(([a, left], [b, right]) => left - right || a.localeCompare(b));
  if (first !== undefined) await cache.put<'Pod'>({ ...pod, spec: { ...pod.spec, nodeName: first[0] } });
}
