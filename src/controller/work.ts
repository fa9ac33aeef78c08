import {
  type EndpointSlice,
  type Kind,
  keyOf,
  type ObjectOf,
  type Pod,
  serviceNameLabel,
} from '../core/k8s.ts';
import type { Cache, CacheChange } from './cache.ts';
import { selects } from './endpoint-slices.ts';
import type { PodRecords } from './pod-record.ts';
import { workloadKey } from './sync-workload.ts';
import type { WorkQueue } from './work-queue.ts';

/** What there is to do, by kind of work. */
export interface Queues {
  /** Pods without a node, all of them as one piece of work: each choice depends on the ones before. */
  readonly nodes: WorkQueue;
  readonly pods: WorkQueue;
  readonly workloads: WorkQueue;
  readonly services: WorkQueue;
}

/** Which work a change makes necessary. */
export function route({ kind, before, now }: CacheChange, queues: Queues, cache: Cache): void {
  const object = now ?? before;
  if (object === undefined) return;
  routes[kind](object as never, queues, cache);
  if (object.kind === 'Pod' && before?.kind === 'Pod') addServicesOf(before, queues, cache);
}

/** Everything once, at the start: also pods whose object went while nobody watched. */
export function addAll(cache: Cache, records: Pick<PodRecords, 'keys'>, queues: Queues): void {
  addWorkloads(queues, cache);
  for (const pod of cache.list('Pod')) routes.Pod(pod, queues, cache);
  for (const service of cache.list('Service')) queues.services.add(keyOf(service));
  for (const slice of cache.list('EndpointSlice')) addServiceOf(slice, queues);
  for (const key of records.keys()) queues.pods.add(key);
}

const unassigned = 'without a node';

type Route<K extends Kind> = (object: ObjectOf[K], queues: Queues, cache: Cache) => void;

const routes: { readonly [K in Kind]: Route<K> } = {
  Pod: (pod, queues, cache) => {
    if (pod.spec.nodeName === undefined) queues.nodes.add(unassigned);
    // One that ends goes also where it never ran.
    queues.pods.add(keyOf(pod));
    addServicesOf(pod, queues, cache);
    for (const { kind, name } of pod.metadata.ownerReferences ?? []) {
      if (kind === 'DaemonSet' || kind === 'Deployment') {
        queues.workloads.add(workloadKey(kind, `${pod.metadata.namespace}/${name}`));
      }
    }
  },
  Service: (service, queues) => queues.services.add(keyOf(service)),
  EndpointSlice: (slice, queues) => addServiceOf(slice, queues),
  DaemonSet: (set, queues) => queues.workloads.add(workloadKey('DaemonSet', keyOf(set))),
  Deployment: (deployment, queues) => queues.workloads.add(workloadKey('Deployment', keyOf(deployment))),
  Node: (_, queues, cache) => {
    queues.nodes.add(unassigned);
    addWorkloads(queues, cache);
  },
};

function addWorkloads(queues: Queues, cache: Cache): void {
  for (const set of cache.list('DaemonSet')) queues.workloads.add(workloadKey('DaemonSet', keyOf(set)));
  for (const each of cache.list('Deployment')) queues.workloads.add(workloadKey('Deployment', keyOf(each)));
}

function addServicesOf(pod: Pod, queues: Queues, cache: Cache): void {
  for (const service of cache.list('Service')) if (selects(service, pod)) queues.services.add(keyOf(service));
}

function addServiceOf(slice: EndpointSlice, queues: Queues): void {
  const service = slice.metadata.labels?.[serviceNameLabel];
  if (service !== undefined) queues.services.add(`${slice.metadata.namespace}/${service}`);
}
