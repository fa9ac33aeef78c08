import { join } from 'node:path';
import type { ControllerConfig } from '../core/controller-config.ts';
import { failure } from '../core/errors.ts';
import { jsonLog } from '../core/log.ts';
import { labPaths } from '../core/paths.ts';
import { openClusterDir } from '../platform/cluster-dir.ts';
import { execLean } from '../platform/exec-lean.ts';
import { readIfPresent } from '../platform/fs.ts';
import { isAlive } from '../platform/process.ts';
import { keepAgents } from './agents.ts';
import { assignNodes } from './assign-nodes.ts';
import { openCache } from './cache.ts';
import { openCni } from './cni.ts';
import { openPodRecords, type PodRecords } from './pod-record.ts';
import { syncPod } from './pods.ts';
import { openReadiness } from './readiness.ts';
import { syncService } from './sync-service.ts';
import { syncWorkload } from './sync-workload.ts';
import { addAll, type Queues, route } from './work.ts';
import { createWorkQueue, type WorkQueue } from './work-queue.ts';

/** How often processes are looked at that an earlier controller started: they tell nobody of their end. */
const adoptedLookMs = 1000;

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
    nodes: createWorkQueue('pods', () => assignNodes(cache), log),
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
