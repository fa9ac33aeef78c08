import { isDeepStrictEqual } from 'node:util';
import type { Condition, Pod } from '../core/k8s.ts';
import { isAlive } from '../platform/process.ts';
import type { PodRecord } from './pod-record.ts';

export interface PodFacts {
  readonly record: PodRecord;
  readonly hostIP: string;
  readonly probesPass: boolean;
  /** Why it is not running, where it should be. */
  readonly message?: string;
}

/** The pod with the status that these facts give, or undefined where it has it already. */
export function withStatus(pod: Pod, { record, hostIP, probesPass, message }: PodFacts): Pod | undefined {
  const containerStatuses = pod.spec.containers.map(({ name }) => {
    const container = record.containers[name];
    const runs = container !== undefined && isAlive(container.process);
    return { name, ready: runs && probesPass, restartCount: container?.restarts ?? 0 };
  });
  const ready = containerStatuses.every((container) => container.ready);
  const isStarted = Object.keys(record.containers).length === pod.spec.containers.length;
  const status: NonNullable<Pod['status']> = {
    phase: isStarted ? 'Running' : 'Pending',
    hostIP,
    ...(record.podIP === undefined ? {} : { podIP: record.podIP }),
    ...(message === undefined ? {} : { reason: 'CannotStart', message }),
    conditions: [
      condition('PodScheduled', true),
      condition('Initialized', true),
      condition('ContainersReady', ready),
      condition('Ready', ready),
    ],
    containerStatuses,
  };
  return isDeepStrictEqual(pod.status, status) ? undefined : { ...pod, status };
}

const condition = (type: string, isTrue: boolean): Condition => ({ type, status: isTrue ? 'True' : 'False' });
