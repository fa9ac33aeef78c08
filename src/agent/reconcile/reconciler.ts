import type { ClusterSource } from '../../core/cluster.ts';
import { messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Desired, WatchedKind } from './desired.ts';
import { watchedKinds } from './desired.ts';
import { createDurations, type Durations } from './durations.ts';

/** One thing in the kernel that follows from the cluster's objects. */
export interface Target {
  readonly name: string;
  /** Objects whose change makes it necessary to look again. */
  readonly follows: readonly WatchedKind[];
  /** Waits until everything before it in the table is in the kernel. */
  readonly isAfterAll?: boolean;
  /** Brings the kernel to what is wanted; does nothing where it is so. */
  readonly apply: () => Promise<unknown> | unknown;
}

export interface Reconciler {
  readonly durations: Durations;
  /** Why the datapath is not programmed yet, undefined once it was. */
  readonly unready: () => string | undefined;
  readonly lastSync: () => Date | undefined;
  readonly lastError: () => string | undefined;
  /** Resolves when the first full sync is in the kernel. */
  readonly ready: Promise<void>;
  /** Ends when the signal aborts, after the write that is under way. */
  readonly finished: Promise<void>;
}

export interface ReconcilerOptions {
  readonly source: ClusterSource;
  readonly desired: Desired;
  readonly targets: readonly Target[];
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Pause before a failed target is tried again. */
  readonly retryMs?: number;
}

/**
 * Watches the cluster and applies the targets of what changed, one after the other. Nothing is
 * written before every kind is synced: half a picture would take backends away.
 */
export function startReconciler(options: ReconcilerOptions): Reconciler {
  const { source, desired, targets, log, signal } = options;
  const durations = createDurations();
  const unsynced = new Set<WatchedKind>(watchedKinds);
  const due = new Set<Target>(targets);
  let lastSync: Date | undefined;
  let lastError: string | undefined;
  let running: Promise<void> | undefined;
  let whenReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    whenReady = resolve;
  });

  const changed = (kind: WatchedKind): void => {
    for (const target of targets) if (target.follows.includes(kind)) due.add(target);
    schedule();
  };
  const schedule = (): void => {
    if (unsynced.size > 0 || running !== undefined || signal.aborted) return;
    // Events of one moment are applied together.
    running = new Promise<void>((resolve) => setImmediate(resolve)).then(applyDue).finally(() => {
      running = undefined;
      if (due.size > 0 && lastError === undefined) schedule();
    });
  };

  async function applyDue(): Promise<void> {
    lastError = undefined;
    // In the order of the table, whatever the order of events was.
    for (const target of targets) {
      if (!due.has(target) || (target.isAfterAll === true && lastError !== undefined)) continue;
      due.delete(target);
      try {
        await durations.time(target.name, target.apply);
      } catch (error) {
        lastError = `${target.name}: ${messageOf(error)}`;
        due.add(target);
        log.error('reconcile failed', { target: target.name, error: messageOf(error) });
      }
    }
    if (lastError !== undefined) {
      setTimeout(schedule, options.retryMs ?? 1000).unref();
      return;
    }
    lastSync = new Date();
    whenReady();
  }

  async function watch<K extends WatchedKind>(kind: K): Promise<void> {
    await source.watch(
      kind,
      (event) => {
        if (event.type === 'synced') unsynced.delete(kind);
        desired.on[kind](event);
        changed(kind);
      },
      signal,
    );
  }

  const watches = Promise.all(watchedKinds.map((kind) => watch(kind)));
  return {
    durations,
    unready: () => {
      if (unsynced.size > 0) return `not synced yet: ${[...unsynced].join(', ')}`;
      return lastSync === undefined ? (lastError ?? 'the first sync is being written') : undefined;
    },
    lastSync: () => lastSync,
    lastError: () => lastError,
    ready,
    finished: watches.then(() => running).then(() => undefined),
  };
}
