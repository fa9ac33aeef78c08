import { patience } from './patience.ts';
import type { Identity, ProbeResult, SocketProbe, Wanted } from './protocol.ts';

/** What one connection found. Rejects where it did not get its answer. */
export interface Answer {
  readonly answeredBy: Identity;
  readonly peer: string;
  readonly localPort: number;
}
export type Connect = (probe: SocketProbe, signal: AbortSignal) => Promise<Answer>;

const defaultLimitMs = 8000;

/** Connects until the wanted pod or node answered. An attempt without an answer ends the probe: nothing is retried. */
export async function attempt(probe: SocketProbe, connect: Connect): Promise<ProbeResult> {
  const started = performance.now();
  const most = probe.wanted === undefined ? 1 : (probe.attempts ?? 40);
  const met = new Set<string>();
  for (let attempts = 1; ; attempts++) {
    const end = (rest: Partial<ProbeResult> & Pick<ProbeResult, 'ok'>): ProbeResult => ({
      ...rest,
      attempts,
      milliseconds: Math.round(performance.now() - started),
    });
    try {
      const answer = await limited(probe, connect);
      if (isWanted(answer.answeredBy, probe.wanted)) return end({ ok: true, ...answer });
      met.add(`${answer.answeredBy.pod} on ${answer.answeredBy.node}`);
      if (attempts >= most) return end({ ok: false, error: notMet(met, attempts), ...answer });
    } catch (error) {
      return end({ ok: false, error: describe(error) });
    }
  }
}

async function limited(probe: SocketProbe, connect: Connect): Promise<Answer> {
  const { signal, end } = patience(probe.timeoutMs ?? defaultLimitMs);
  try {
    return await connect(probe, signal);
  } finally {
    end();
  }
}

export function isWanted(who: Identity, wanted: Wanted = {}): boolean {
  return (
    (wanted.pod === undefined || who.pod === wanted.pod) &&
    (wanted.node === undefined || who.node === wanted.node) &&
    (wanted.otherThanNode === undefined || who.node !== wanted.otherThanNode)
  );
}

const notMet = (met: ReadonlySet<string>, attempts: number): string =>
  `${attempts} connections reached only ${[...met].sort().join(', ')}`;

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer within the limit';
  return 'code' in error && typeof error.code === 'string'
    ? `${error.code}: ${error.message}`
    : error.message;
}
