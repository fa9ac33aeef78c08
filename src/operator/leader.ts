import { deferred } from '../core/deferred.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { sleep } from '../core/wait-for.ts';
import type { Lease, LeaseStore } from './lease.ts';

/** Times of an election. A leader that cannot renew stops well before another one may begin. */
export interface ElectionTimes {
  /** Another one may take a lease that was not renewed for this long. */
  readonly leaseMs: number;
  /** A leader that could not renew for this long leads no more. */
  readonly renewLimitMs: number;
  readonly retryMs: number;
}
export const electionTimes: ElectionTimes = { leaseMs: 15_000, renewLimitMs: 10_000, retryMs: 2000 };

export interface Election {
  /** True only while no other one can lead: asked before each write. */
  readonly isLeader: () => boolean;
  /** Resolves when this one leads. */
  readonly won: Promise<void>;
  /** Resolves with the reason when it leads no more, against its will. */
  readonly lost: Promise<string>;
  /** Ends taking part, and gives the lease up so that another one begins at once. */
  readonly resign: () => Promise<void>;
}

export interface Candidate {
  readonly identity: string;
  readonly store: LeaseStore;
  readonly log: Log;
  readonly times?: ElectionTimes;
}

/**
 * Takes part in the election of one leader. Clocks of others are never compared with ours: a lease has run
 * out when *we* have seen no change of it for its duration.
 */
export function runForLeader({ identity, store, log, times = electionTimes }: Candidate): Election {
  const ended = new AbortController();
  const won = deferred<void>();
  const lost = deferred<string>();
  /** When the request of the last renewal left: its answer may have come late. */
  let renewedAt: number | undefined;
  let seen: { readonly version: string | undefined; readonly at: number } | undefined;

  const isLeader = (): boolean => renewedAt !== undefined && Date.now() < renewedAt + times.renewLimitMs;
  const lose = (reason: string): void => {
    renewedAt = undefined;
    ended.abort();
    lost.resolve(reason);
  };

  const isFree = (lease: Lease): boolean => {
    const { holderIdentity = '', leaseDurationSeconds } = lease.spec ?? {};
    const version = lease.metadata?.resourceVersion;
    if (seen === undefined || seen.version !== version) seen = { version, at: Date.now() };
    const durationMs = (leaseDurationSeconds ?? times.leaseMs / 1000) * 1000;
    return holderIdentity === '' || holderIdentity === identity || Date.now() >= seen.at + durationMs;
  };

  const takeOrRenew = async (): Promise<void> => {
    const lease = await store.read();
    if (lease !== undefined && !isFree(lease)) {
      if (renewedAt !== undefined) lose(`${lease.spec?.holderIdentity} leads`);
      return;
    }
    const at = Date.now();
    if (!(await store.write(held(lease, identity, times.leaseMs), lease))) return;
    const isFirst = renewedAt === undefined;
    renewedAt = at;
    if (isFirst) {
      log.info('leading', { identity });
      won.resolve();
    }
  };

  const campaign = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await takeOrRenew().catch((error: unknown) => {
        log.warn('the lease could not be renewed', { error: messageOf(error) });
      });
      if (renewedAt !== undefined && !isLeader()) {
        lose(`the lease could not be renewed for ${times.renewLimitMs / 1000} s`);
      }
      await sleep(times.retryMs, ended.signal).catch(ignoreAbort);
    }
  };
  const running = campaign();

  return {
    isLeader,
    won: won.promise,
    lost: lost.promise,
    resign: async () => {
      ended.abort();
      await running;
      if (!isLeader()) return;
      const lease = await store.read();
      renewedAt = undefined;
      if (lease?.spec?.holderIdentity !== identity) return;
      await store.write({ spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1 } }, lease);
      log.info('the lease was given up');
    },
  };
}

function held(lease: Lease | undefined, identity: string, leaseMs: number): Lease {
  const now = microTime(new Date());
  const { holderIdentity, acquireTime, leaseTransitions = 0 } = lease?.spec ?? {};
  const isOurs = holderIdentity === identity;
  return {
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseMs / 1000),
      acquireTime: isOurs && acquireTime !== undefined ? acquireTime : now,
      renewTime: now,
      leaseTransitions: isOurs || lease === undefined ? leaseTransitions : leaseTransitions + 1,
    },
  };
}

/** Six digits of a second, as the API wants them. */
const microTime = (date: Date): string => date.toISOString().replace('Z', '000Z');

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
