import { join } from 'node:path';
import type { ControllerConfig } from '../core/controller-config.ts';
import { failure } from '../core/errors.ts';
import {
  type EndpointSlice,
  type Kind,
  keyOf,
  type ObjectOf,
  type Pod,
  serviceNameLabel,
} from '../core/k8s.ts';
import { jsonLog } from '../core/log.ts';
import { labPaths } from '../core/paths.ts';
import { openClusterDir } from '../platform/cluster-dir.ts';
import { execLean } from '../platform/exec-lean.ts';
import { readIfPresent } from '../platform/fs.ts';
import { isAlive } from '../platform/process.ts';
import { keepAgents } from './agents.ts';
import { assignNode } from './assign-node.ts';
import { type Cache, type CacheChange, openCache } from './cache.ts';
import { openCni } from './cni.ts';
import { selects } from './endpoint-slices.ts';
import { openPodRecords, type PodRecords } from './pod-record.ts';
import { syncPod } from './pods.ts';
import { openReadiness } from './readiness.ts';
import { syncService } from './sync-service.ts';
import { syncWorkload, workloadKey } from './sync-workload.ts';
import { createWorkQueue, type WorkQueue } from './work-queue.ts';

/** How often processes are looked at that an earlier controller started: they tell nobody of their end. */
const adoptedLookMs = 1000;

interface Queues {
  readonly pods: WorkQueue;
  readonly workloads: WorkQueue;
  readonly services: WorkQueue;
}

/** Works until SIGTERM. Pods, agents and traffic go on without it; the next one takes over. */
export async function runController(lab: string): Promise<void> {
  const log = jsonLog((line) => process.stdout.write(line));
  const config = await readConfig(lab);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());

  const store = await openClusterDir(labPaths(lab).cluster, { log });
  const queues: { current?: Queues } = {};
  const { cache, ended } = await openCache(
    store,
    (change) => queues.current && route(change, queues.current, cache),
    stop.signal,
  );
  const records = await openPodRecords(lab);
  const agents = keepAgents(lab, cache, log);
  const readiness = openReadiness(lab, (key) => queues.current?.pods.add(key));
  const runner = {
    lab,
    exec: execLean,
    cni: openCni(execLean, config.cniPlugin),
    cache,
    records,
    readiness,
    log,
    nodeReady: agents.ready,
    due: new Map<string, number>(),
    again: (key: string, ms = 0) => queues.current?.pods.addLater(key, ms),
  };
  const work: Queues = {
    pods: createWorkQueue('pod', (key) => syncPod(runner, key), log),
    workloads: createWorkQueue('workload', (key) => syncWorkload(cache, key, log), log),
    services: createWorkQueue('service', (key) => syncService(cache, key), log),
  };
  queues.current = work;
  addAll(cache, records, work);
  const look = setInterval(() => addDead(records, work.pods), adoptedLookMs);
  log.info('controller runs', { lab, pid: process.pid, pods: records.keys().length });

  await ended;
  clearInterval(look);
  agents.close();
  readiness.close();
  for (const queue of Object.values(work)) queue.close();
  log.info('controller has ended');
}

/** Which work a change makes necessary. */
function route({ kind, before, now }: CacheChange, queues: Queues, cache: Cache): void {
  const object = now ?? before;
  if (object === undefined) return;
  routes[kind](object as never, queues, cache);
  if (object.kind === 'Pod' && before?.kind === 'Pod') addServicesOf(before, queues, cache);
}

type Route<K extends Kind> = (object: ObjectOf[K], queues: Queues, cache: Cache) => void;

const routes: { readonly [K in Kind]: Route<K> } = {
  Pod: (pod, queues, cache) => {
    if (pod.spec.nodeName === undefined) void assignNode(cache, pod);
    else queues.pods.add(keyOf(pod));
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
    for (const set of cache.list('DaemonSet')) queues.workloads.add(workloadKey('DaemonSet', keyOf(set)));
  },
};

function addServicesOf(pod: Pod, queues: Queues, cache: Cache): void {
  for (const service of cache.list('Service')) if (selects(service, pod)) queues.services.add(keyOf(service));
}

function addServiceOf(slice: EndpointSlice, queues: Queues): void {
  const service = slice.metadata.labels?.[serviceNameLabel];
  if (service !== undefined) queues.services.add(`${slice.metadata.namespace}/${service}`);
}

/** Everything once, at the start: also pods whose object went while nobody watched. */
function addAll(cache: Cache, records: PodRecords, queues: Queues): void {
  for (const set of cache.list('DaemonSet')) queues.workloads.add(workloadKey('DaemonSet', keyOf(set)));
  for (const each of cache.list('Deployment')) queues.workloads.add(workloadKey('Deployment', keyOf(each)));
  for (const pod of cache.list('Pod')) routes.Pod(pod, queues, cache);
  for (const service of cache.list('Service')) queues.services.add(keyOf(service));
  for (const slice of cache.list('EndpointSlice')) addServiceOf(slice, queues);
  for (const key of records.keys()) queues.pods.add(key);
}

function addDead(records: PodRecords, pods: WorkQueue): void {
  for (const key of records.keys()) {
    const containers = Object.values(records.get(key)?.containers ?? {});
    if (containers.some(({ process: each }) => !isAlive(each))) pods.add(key);
  }
}

async function readConfig(lab: string): Promise<ControllerConfig> {
  const path = join(labPaths(lab).run, 'controller.json');
  const text = await readIfPresent(path);
  if (text === undefined) {
    throw failure('E_NO_CONTROLLER_CONFIG', `there is no ${path}`, { fix: `labctl up --name ${lab}` });
  }
  return JSON.parse(text) as ControllerConfig;
}
