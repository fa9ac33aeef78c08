import { LabError, messageOf, timeoutError } from '../../core/errors.ts';
import type { Check, CheckContext, CheckResult, Evidence, Need } from '../check.ts';
import { judge } from './judge.ts';
import { settled } from './settled.ts';

export interface RunOptions {
  /** Told once per check, in the order in which checks end. */
  readonly onResult?: (result: CheckResult) => void;
  /** How many checks that share the lab run at a time. */
  readonly parallel?: number;
  /** Instead of the time that each check gives nodes to follow the cluster. */
  readonly settleMs?: number;
}

/** Whatever happens inside, a check never takes longer: half-open connections must not hold the report. */
const defaultLimitMs = 120_000;
/** Wide: what shares a place is asked there at once, by one process. */
const defaultParallel = 256;

/**
 * Runs checks and answers in the order given. First those that wait until the nodes have followed the
 * cluster, so that traffic meets what is wanted; then all that may share the lab; then the exclusive ones
 * one at a time. A check that throws or overruns is an `error`; only the signal stops the run.
 */
export async function runChecks(
  checks: readonly Check[],
  context: CheckContext,
  options: RunOptions = {},
): Promise<CheckResult[]> {
  const results = new Map<string, CheckResult>();
  const one = async (check: Check): Promise<void> => {
    context.signal.throwIfAborted();
    const result = await runCheck(check, context, options.settleMs ?? check.settleMs);
    context.signal.throwIfAborted();
    results.set(check.id, result);
    options.onResult?.(result);
  };
  const width = options.parallel ?? defaultParallel;
  const follows = (check: Check): boolean => check.settleMs !== undefined;
  const isAlone = (check: Check): boolean => check.exclusive === true;
  await inParallel(checks.filter(follows), width, one);
  const others = checks.filter((check) => !follows(check));
  await inParallel(
    others.filter((check) => !isAlone(check)),
    width,
    one,
  );
  await inParallel(others.filter(isAlone), 1, one);
  return checks.flatMap(({ id }) => results.get(id) ?? []);
}

async function runCheck(check: Check, context: CheckContext, settleMs = 0): Promise<CheckResult> {
  const started = performance.now();
  const end = (rest: Pick<CheckResult, 'status' | 'evidence' | 'reason'>): CheckResult => ({
    id: check.id,
    kind: check.kind,
    sentence: check.sentence,
    durationMs: Math.round(performance.now() - started),
    ...rest,
  });
  const lacking = check.needs.find((need) => !needs[need].isMet(context));
  if (lacking !== undefined) {
    return end({
      status: 'skipped',
      evidence: [],
      reason: needs[lacking].reason(context),
    });
  }
  try {
    const evidence = await within(check, context, (own) => settled(check, own, settleMs));
    const reason = judge(evidence);
    return reason === undefined
      ? end({ status: 'passed', evidence })
      : end({ status: 'failed', evidence, reason });
  } catch (error) {
    return end({ status: 'error', evidence: [], reason: told(error) });
  }
}

interface NeedRow {
  readonly isMet: (context: CheckContext) => boolean;
  readonly reason: (context: CheckContext) => string;
}

const ofRuntime = (what: string, isMet: NeedRow['isMet']): NeedRow => ({
  isMet,
  reason: ({ runtime }) => `the ${runtime.name} runtime has no ${what}`,
});

const needs: Readonly<Record<Need, NeedRow>> = {
  client: ofRuntime('client host', ({ runtime }) => runtime.addressOf('client') !== undefined),
  world: ofRuntime('world host', ({ runtime }) => runtime.addressOf('world') !== undefined),
  'outside-cgroup': ofRuntime(
    "way to enter a pod from outside its node's cgroup",
    ({ runtime }) => runtime.entersFromOutside,
  ),
  'other-node': {
    isMet: ({ subjects }) => subjects.nodes.length > 1,
    reason: () => 'the lab has one node only',
  },
};

function told(error: unknown): string {
  const fix = error instanceof LabError && error.fix !== undefined ? ` (${error.fix})` : '';
  return `${messageOf(error)}${fix}`;
}

/** Runs the check under its limit. The check's own signal aborts at the limit, so its processes end too. */
async function within(
  check: Check,
  context: CheckContext,
  run: (own: CheckContext) => Promise<readonly Evidence[]>,
): Promise<readonly Evidence[]> {
  const limit = check.limitMs ?? defaultLimitMs;
  const own = new AbortController();
  const stop = (): void => own.abort(context.signal.reason);
  context.signal.addEventListener('abort', stop, { once: true });
  let timer: NodeJS.Timeout | undefined;
  const overrun = new Promise<never>((_, reject) => {
    own.signal.addEventListener('abort', () => reject(own.signal.reason), { once: true });
    timer = setTimeout(() => {
      own.abort(timeoutError('E_CHECK_TIMEOUT', `not finished within ${limit / 1000} s`));
    }, limit);
  });
  try {
    return await Promise.race([run({ ...context, signal: own.signal }), overrun]);
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener('abort', stop);
  }
}

async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}
