import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

export interface Request {
  readonly body: string;
  readonly query: URLSearchParams;
  /** Aborts when the client went away. */
  readonly signal: AbortSignal;
}
export interface Response {
  readonly status?: number;
  readonly type?: string;
  readonly body: string | AsyncIterable<string>;
}
export type Handler = (request: Request) => Promise<Response> | Response;
/** By `METHOD /path`. */
export type Routes = Readonly<Record<string, Handler>>;

export const json = (value: unknown, status = 200): Response => ({
  status,
  type: 'application/json',
  body: `${JSON.stringify(value)}\n`,
});
export const text = (body: string, status = 200): Response => ({ status, body: `${body}\n` });

const maxBodyBytes = 2 * 1024 * 1024;

/** Serves the routes on a unix socket of mode 0600, in place of whatever an earlier run left there. */
export async function serveHttp(socket: string, routes: Routes, log: Log): Promise<Server> {
  rmSync(socket, { force: true });
  const server = serverOf(routes, log);
  // Between bind and chmod the directory, 0700, keeps others out.
  await listening(server, (done) => server.listen(socket, done));
  chmodSync(socket, 0o600);
  return server;
}

/** Serves the routes on a port of the loopback: nobody beyond the machine reaches it. */
export async function serveLoopback(port: number, routes: Routes, log: Log): Promise<Server> {
  const server = serverOf(routes, log);
  await listening(server, (done) => server.listen(port, '127.0.0.1', done));
  return server;
}

const serverOf = (routes: Routes, log: Log): Server =>
  createServer((request, response) => {
    answer(routes, request, response).catch((error: unknown) => {
      log.error('request failed', { method: request.method, url: request.url, error: messageOf(error) });
      if (response.headersSent) response.destroy();
      else send(response, text(messageOf(error), 500));
    });
  });

const listening = (server: Server, listen: (done: () => void) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    listen(resolve);
  });

async function answer(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://agent');
  const handler = routes[`${request.method} ${url.pathname}`];
  if (handler === undefined) {
    const known = Object.keys(routes).join(', ');
    return send(response, text(`no ${request.method} ${url.pathname}; there are ${known}`, 404));
  }
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const result = await handler({
    body: await bodyOf(request),
    query: url.searchParams,
    signal: gone.signal,
  });
  if (typeof result.body === 'string') return send(response, result);
  response.writeHead(result.status ?? 200, headersOf(result));
  response.flushHeaders();
  // Waits for a client that does not read, so that what it misses is not kept here.
  await pipeline(result.body, response).catch((error: unknown) => {
    if (!gone.signal.aborted) throw error;
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new RangeError(`the body exceeds ${maxBodyBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, type, body }: Response): void {
  response.writeHead(status ?? 200, headersOf({ type: type ?? 'text/plain; charset=utf-8' }));
  response.end(body);
}

const headersOf = ({ type }: { readonly type?: string }): Record<string, string> => ({
  'content-type': type ?? 'text/plain; charset=utf-8',
});
