import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../core/log.ts';
import { type Election, runForLeader } from './leader.ts';
import type { Lease, LeaseStore } from './lease.ts';

/** One lease as an API server keeps it: a write on an old version is refused. */
class FakeLease {
  lease: Lease | undefined;
  version = 0;
  isAway = false;

  store(): LeaseStore {
    return {
      read: async () => {
        this.answer();
        return this.lease;
      },
      write: async (next, seen) => {
        this.answer();
        if (seen?.metadata?.resourceVersion !== this.lease?.metadata?.resourceVersion) return false;
        this.set(next.spec);
        return true;
      },
    };
  }

  set(spec: Lease['spec']): void {
    this.version += 1;
    this.lease = {
      metadata: { resourceVersion: String(this.version) },
      ...(spec === undefined ? {} : { spec }),
    };
  }

  private answer(): void {
    if (this.isAway) throw new Error('connect ECONNREFUSED');
  }
}

describe('election', () => {
  let api: FakeLease;
  let running: Election[];

  beforeEach(() => {
    vi.useFakeTimers();
    api = new FakeLease();
    running = [];
  });
  afterEach(async () => {
    api.isAway = false;
    for (const election of running) await election.resign();
    vi.useRealTimers();
  });

  const run = (identity: string): Election => {
    const election = runForLeader({ identity, store: api.store(), log: silentLog });
    running.push(election);
    return election;
  };
  const pass = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);
  const leaders = (): boolean[] => running.map(({ isLeader }) => isLeader());

  it('gives an unknown lease to one of two', async () => {
    run('a');
    run('b');
    await pass(0);
    expect(leaders()).toEqual([true, false]);
    expect(api.lease?.spec).toMatchObject({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
    });
    await pass(60);
    expect(leaders()).toEqual([true, false]);
  });

  it('goes to the other one at once when it is given up', async () => {
    const first = run('a');
    run('b');
    await pass(1);
    await first.resign();
    expect(api.lease?.spec?.holderIdentity).toBe('');
    await pass(2);
    expect(leaders()).toEqual([false, true]);
    expect(api.lease?.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  it('takes over from one that died only after its time has run out, whatever its clock says', async () => {
    const future = new Date(Date.now() + 3_600_000).toISOString();
    api.set({ holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: future });
    run('b');
    await pass(14);
    expect(leaders()).toEqual([false]);
    await pass(3);
    expect(leaders()).toEqual([true]);
  });

  it('leads no more when it cannot renew, before another one may', async () => {
    const first = run('a');
    await pass(1);
    const reason = vi.fn();
    void first.lost.then(reason);
    api.isAway = true;
    await pass(10);
    expect(leaders()).toEqual([false]);
    await pass(2);
    expect(reason).toHaveBeenCalledWith('the lease could not be renewed for 10 s');
    api.isAway = false;
    run('b');
    await pass(1);
    expect(leaders()).toEqual([false, false]);
  });

  it('outlives an API server that is away for a short time', async () => {
    run('a');
    await pass(1);
    api.isAway = true;
    await pass(7);
    api.isAway = false;
    await pass(3);
    expect(leaders()).toEqual([true]);
  });

  it('stops when another one has taken the lease', async () => {
    const first = run('a');
    await pass(1);
    api.set({ holderIdentity: 'usurper', leaseDurationSeconds: 15 });
    await pass(2);
    expect(first.isLeader()).toBe(false);
    await expect(first.lost).resolves.toBe('usurper leads');
    await first.resign();
    expect(api.lease?.spec?.holderIdentity).toBe('usurper');
  });
});
