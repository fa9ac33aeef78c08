import { execFile } from 'node:child_process';
import type { IcmpProbe, ProbeResult } from './protocol.ts';

/** Where ping is told to wait this long, its process never lives longer than twice that. */
const replyLimitSeconds = 5;

/**
 * One echo request of the system's ping: Node has no raw sockets. The client starts it itself so that
 * a place runs all its probes in one process.
 */
export function icmp(probe: IcmpProbe): Promise<ProbeResult> {
  const started = performance.now();
  return new Promise((resolve) => {
    execFile('ping', pingArguments(probe), { timeout: replyLimitSeconds * 2000 }, (error, stdout, stderr) => {
      const result = parsePing(`${stdout}\n${stderr}`, error);
      resolve({ ...result, attempts: 1, milliseconds: Math.round(performance.now() - started) });
    });
  });
}

/** Don't-fragment is set: a packet of full size must fit the path as it is. */
export const pingArguments = ({ address, bytes }: IcmpProbe): string[] => [
  ...['-n', '-c', '1', '-W', String(replyLimitSeconds), '-M', 'do', '-s', String(bytes)],
  address,
];

/** ping prints no ttl for a reply it did not get, whatever its exit code. */
export function parsePing(output: string, error: Error | null): Pick<ProbeResult, 'ok' | 'error' | 'ttl'> {
  const ttl = /\bttl=(\d+)/.exec(output)?.[1];
  if (error === null && ttl !== undefined) return { ok: true, ttl: Number(ttl) };
  const said = /^(?:ping: .*|From .*|.*100% packet loss.*)$/m.exec(output)?.[0];
  return { ok: false, error: said ?? error?.message ?? 'no reply' };
}
