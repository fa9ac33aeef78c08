import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { messageOf } from '../core/errors.ts';
import type { ProbeAnswer, ProbeRequest } from '../platform/prober.ts';

/** Answers one JSON line of standard input with one of standard output, until the input ends. */
export async function serveProbes(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, url, timeoutMs } = JSON.parse(line) as ProbeRequest;
    void ask(url, timeoutMs)
      // An address that is none must not end the probes of all other pods.
      .catch((error: unknown): ProbeAnswer => ({ error: messageOf(error) }))
      .then((answer) => process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`));
  }
}

/** One GET on a connection of its own, as a kubelet probes. */
function ask(url: string, timeoutMs: number): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const fail = (error: Error): void => resolve({ error: error.message });
    const asked = request(url, { agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        clearTimeout(limit);
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
      response.on('error', fail);
    });
    const limit = setTimeout(() => asked.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    asked.on('error', (error) => {
      clearTimeout(limit);
      fail(error);
    });
    asked.end();
  });
}
