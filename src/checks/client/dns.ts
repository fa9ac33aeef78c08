import { Resolver } from 'node:dns/promises';
import type { DnsProbe, ProbeResult } from './protocol.ts';

/** A resolver that asks another one waits for it up to this long. */
const answerLimitMs = 6000;

/** Asks one server once. A name that does not exist is an answer too: `error` is its code, `ENOTFOUND`. */
export async function dns({ address, port, name }: DnsProbe): Promise<ProbeResult> {
  const started = performance.now();
  const end = (rest: Pick<ProbeResult, 'ok' | 'error' | 'addresses'>): ProbeResult => ({
    ...rest,
    attempts: 1,
    milliseconds: Math.round(performance.now() - started),
  });
  const resolver = new Resolver({ timeout: answerLimitMs, tries: 1 });
  resolver.setServers([`${address}:${port}`]);
  try {
    return end({ ok: true, addresses: (await resolver.resolve4(name)).sort() });
  } catch (error) {
    if (error instanceof Error && 'code' in error) return end({ ok: false, error: String(error.code) });
    throw error;
  }
}
