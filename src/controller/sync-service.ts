import { isDeepStrictEqual } from 'node:util';
import { type EndpointSlice, keyOf, serviceNameLabel } from '../core/k8s.ts';
import type { Cache } from './cache.ts';
import { managedBy, managedByLabel, slicesOf } from './endpoint-slices.ts';

/** Writes the slices of a Service with a selector where they differ. Those that people wrote are left alone. */
export async function syncService(cache: Cache, key: string): Promise<void> {
  const service = cache.get('Service', key);
  const [namespace, name] = key.split('/');
  const present = cache
    .list('EndpointSlice')
    .filter((slice) => slice.metadata.namespace === namespace && isManagedFor(slice, name ?? ''));
  const isOurs = service?.spec.selector !== undefined && service.spec.type !== 'ExternalName';
  const wanted = service === undefined || !isOurs ? [] : slicesOf(service, cache.list('Pod'));
  for (const slice of wanted) {
    const before = present.find((each) => keyOf(each) === keyOf(slice));
    if (before === undefined || !isSame(before, slice)) await cache.put<'EndpointSlice'>(slice);
  }
  const names = wanted.map(keyOf);
  for (const slice of present.filter((each) => !names.includes(keyOf(each)))) {
    await cache.remove('EndpointSlice', keyOf(slice));
  }
}

const isManagedFor = (slice: EndpointSlice, service: string): boolean =>
  slice.metadata.labels?.[serviceNameLabel] === service &&
  slice.metadata.labels[managedByLabel] === managedBy;

const isSame = (a: EndpointSlice, b: EndpointSlice): boolean =>
  isDeepStrictEqual(a.endpoints, b.endpoints) &&
  isDeepStrictEqual(a.ports, b.ports) &&
  isDeepStrictEqual(a.metadata.labels, b.metadata.labels);
