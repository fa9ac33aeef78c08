import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { failure, messageOf } from '../core/errors.ts';
import type { Exec } from '../core/exec.ts';
import { type Container, isPodReady, keyOf, type Pod } from '../core/k8s.ts';
import type { Log } from '../core/log.ts';
import { nodeNamespace, podNamespace } from '../core/names.ts';
import { labPaths } from '../core/paths.ts';
import { waitFor } from '../core/wait-for.ts';
import { createCgroup, podCgroup, removeCgroup } from '../platform/cgroup.ts';
import { isAlive, labEnvironment, type ProcessId, startDetached, stopProcess } from '../platform/process.ts';
import type { Cache } from './cache.ts';
import type { Cni } from './cni.ts';
import { commandOf } from './images.ts';
import { attachmentOf, makePodNamespace, removePodNetwork } from './pod-network.ts';
import type { PodRecord, PodRecords } from './pod-record.ts';
import { withStatus } from './pod-status.ts';
import type { Readiness } from './readiness.ts';

export interface PodRunner {
  readonly lab: string;
  readonly exec: Exec;
  readonly cni: Cni;
  readonly cache: Cache;
  readonly records: PodRecords;
  readonly readiness: Readiness;
  readonly log: Log;
  /** Resolves when the node's agent can connect pods. */
  readonly nodeReady: (node: string) => Promise<void>;
  /** When ended containers may be started again, by `POD/CONTAINER`; milliseconds of the epoch. */
  readonly due: Map<string, number>;
  /** Looks at the pod again: at once, or after a while. */
  readonly again: (key: string, ms?: number) => void;
}

const defaultGraceSeconds = 30;
const restartMs = [0, 1000, 2000, 4000, 8000] as const;
const longestRestartMs = 10_000;

/** Makes one pod what its object says: running on its node, or gone. What a kubelet does. */
export async function syncPod(runner: PodRunner, key: string): Promise<void> {
  const pod = runner.cache.get('Pod', key);
  const record = runner.records.get(key);
  const isOther = record !== undefined && pod !== undefined && record.uid !== pod.metadata.uid;
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || isOther) {
    if (record !== undefined) await endPod(runner, record);
    if (isOther) runner.again(key);
    else if (pod !== undefined) await runner.cache.remove('Pod', key);
    return;
  }
  if (pod.spec.nodeName === undefined) return;
  try {
    await runPod(runner, pod, record ?? (await beginPod(runner, pod)));
  } catch (error) {
    await tellStatus(runner, key, messageOf(error));
    throw error;
  }
}

/** Asks the pod to end, waits as long as it may take, then removes all of it. */
async function endPod(runner: PodRunner, record: PodRecord): Promise<void> {
  const { key, node, preStopSeconds, graceSeconds } = record;
  runner.readiness.forget(key);
  const living = Object.values(record.containers).filter(({ process }) => isAlive(process));
  if (living.length > 0) await pause(preStopSeconds * 1000);
  const leftMs = Math.max(0, graceSeconds - preStopSeconds) * 1000;
  await Promise.all(living.map(({ process }) => stopProcess(process, leftMs)));
  await removeCgroup(podCgroup(runner.lab, node, key));
  await runner.nodeReady(node);
  await removePodNetwork(runner.exec, runner.cni, runner.lab, record);
  await runner.records.remove(key);
  runner.log.info(`pod ${key} has ended`, { node });
}

/** The record comes first: from here on the pod's parts can be found and removed. */
async function beginPod(runner: PodRunner, pod: Pod): Promise<PodRecord> {
  const { namespace = 'default', name, uid = '' } = pod.metadata;
  const { nodeName: node = '', hostNetwork = false } = pod.spec;
  // Its parts would be made at a place that nobody can take them back from.
  if (runner.cache.get('Node', node) === undefined) throw failure('E_NO_NODE', `there is no node ${node}`);
  const sleeps = pod.spec.containers.map((container) => container.lifecycle?.preStop?.sleep?.seconds ?? 0);
  const record: PodRecord = {
    key: keyOf(pod),
    uid,
    node,
    containerId: randomBytes(32).toString('hex'),
    namespace: hostNetwork ? nodeNamespace(node) : podNamespace(runner.lab, namespace, name),
    hostNetwork,
    graceSeconds: pod.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds,
    preStopSeconds: Math.max(0, ...sleeps),
    containers: {},
  };
  await runner.records.put(record);
  return record;
}

async function runPod(runner: PodRunner, pod: Pod, begun: PodRecord): Promise<void> {
  const connected = begun.podIP === undefined ? await connectPod(runner, begun) : begun;
  const record = await startContainers(runner, pod, connected);
  if (record.podIP !== undefined) runner.readiness.watch(record.key, pod, record.podIP, isPodReady(pod));
  await tellStatus(runner, record.key);
}

async function connectPod(runner: PodRunner, record: PodRecord): Promise<PodRecord> {
  const { exec, cni, lab } = runner;
  await makePodNamespace(exec, record);
  await runner.nodeReady(record.node);
  const podIP = record.hostNetwork
    ? hostAddress(runner, record.node)
    : await cni.add(attachmentOf(lab, record));
  const connected = { ...record, podIP };
  await runner.records.put(connected);
  runner.log.info(`pod ${record.key} is connected`, { node: record.node, podIP });
  return connected;
}

/** Starts containers that do not run; one that keeps ending is started less and less often. */
async function startContainers(runner: PodRunner, pod: Pod, before: PodRecord): Promise<PodRecord> {
  let record = before;
  for (const container of pod.spec.containers) {
    const known = record.containers[container.name];
    if (known !== undefined && isAlive(known.process)) continue;
    const restarts = known === undefined ? 0 : known.restarts + 1;
    const waitMs = known === undefined ? 0 : (restartMs[known.restarts] ?? longestRestartMs);
    if (waitMs > 0 && !isDue(runner, record.key, container.name, waitMs)) continue;
    const process = await startContainer(runner, pod, record, container);
    runner.due.delete(`${record.key}/${container.name}`);
    record = { ...record, containers: { ...record.containers, [container.name]: { process, restarts } } };
    await runner.records.put(record);
    runner.log.info(`container ${container.name} of pod ${record.key} runs`, { pid: process.pid, restarts });
  }
  return record;
}

function isDue(runner: PodRunner, key: string, container: string, waitMs: number): boolean {
  const at = runner.due.get(`${key}/${container}`) ?? Date.now() + waitMs;
  runner.due.set(`${key}/${container}`, at);
  const leftMs = at - Date.now();
  if (leftMs > 0) runner.again(key, leftMs);
  return leftMs <= 0;
}

async function startContainer(
  runner: PodRunner,
  pod: Pod,
  record: PodRecord,
  container: Container,
): Promise<ProcessId> {
  const { key, node, namespace, podIP = '' } = record;
  const command = commandOf(container, pod, podIP);
  const cgroup = podCgroup(runner.lab, node, key);
  await createCgroup(cgroup);
  return startDetached({
    cgroup,
    namespace,
    file: command.file,
    args: command.args,
    env: labEnvironment(command.env),
    log: join(labPaths(runner.lab).logs, `${key.replace('/', '.')}.log`),
    onExit: () => runner.again(key),
  });
}

/** Writes the pod's status where it has changed. A pod that is ending keeps the last one. */
async function tellStatus(runner: PodRunner, key: string, message?: string): Promise<void> {
  const pod = runner.cache.get('Pod', key);
  const record = runner.records.get(key);
  if (pod === undefined || record === undefined || record.uid !== pod.metadata.uid) return;
  const changed = withStatus(pod, {
    record,
    hostIP: hostAddress(runner, record.node),
    probesPass: runner.readiness.isReady(key),
    ...(message === undefined ? {} : { message }),
  });
  if (changed !== undefined) await runner.cache.put<'Pod'>(changed);
}

const hostAddress = ({ cache }: PodRunner, node: string): string =>
  cache.get('Node', node)?.status?.addresses?.find((each) => each.type === 'InternalIP')?.address ?? '';

async function pause(ms: number): Promise<void> {
  const until = Date.now() + ms;
  await waitFor(
    'the pause before a pod ends',
    async () => (Date.now() >= until ? { done: undefined } : { saw: `${until - Date.now()} ms left` }),
    { timeoutMs: ms + 1000, intervalMs: 50 },
  );
}
