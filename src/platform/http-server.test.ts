import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { silentLog } from '../core/log.ts';
import { serveHttp } from './http-server.ts';

test('a stream waits for a client that does not read, and ends when it goes away', async () => {
  const seen = { chunks: 0, ended: false };
  async function* endless(): AsyncGenerator<string> {
    try {
      for (; ; seen.chunks++) {
        yield 'x'.repeat(10_000);
        await turn();
      }
    } finally {
      seen.ended = true;
    }
  }
  const directory = mkdtempSync(join(tmpdir(), 'labctl-http-'));
  const socketPath = join(directory, 'agent.sock');
  const server = await serveHttp(socketPath, { 'GET /flows': () => ({ body: endless() }) }, silentLog);
  onTestFinished(() => {
    server.close();
    rmSync(directory, { recursive: true });
  });
  const asked = request({ socketPath, path: '/flows' }).on('error', () => undefined);
  const response = await new Promise<IncomingMessage>((resolve) => asked.on('response', resolve).end());
  response.on('error', () => undefined).pause();
  let before = -1;
  await vi.waitUntil(
    () => {
      const stands = seen.chunks === before;
      before = seen.chunks;
      return stands;
    },
    { timeout: 3000, interval: 100 },
  );
  asked.destroy();
  await vi.waitUntil(() => seen.ended, { timeout: 3000 });
  expect(seen.chunks).toBe(before);
});
