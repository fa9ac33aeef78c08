import type { Pod } from '../core/k8s.ts';
import type { Cache } from './cache.ts';

/** Binds every pod that names no node to the one that runs the fewest pods. Calls must not overlap. */
export async function assignNodes(cache: Cache): Promise<void> {
  for (const pod of cache.list('Pod')) {
    if (pod.spec.nodeName === undefined && pod.metadata.deletionTimestamp === undefined)
      await assign(cache, pod);
  }
}

async function assign(cache: Cache, pod: Pod): Promise<void> {
  const usable = cache.list('Node').filter((node) => node.spec.unschedulable !== true);
  const load = new Map(usable.map((node) => [node.metadata.name, 0]));
  for (const { spec } of cache.list('Pod')) {
    const count = spec.nodeName === undefined ? undefined : load.get(spec.nodeName);
    if (spec.nodeName !== undefined && count !== undefined) load.set(spec.nodeName, count + 1);
  }
  const [first] = [...load].sort(([a, left], [b, right]) => left - right || a.localeCompare(b));
  if (first !== undefined) await cache.put<'Pod'>({ ...pod, spec: { ...pod.spec, nodeName: first[0] } });
}
