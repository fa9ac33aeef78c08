import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** A registry that takes what an engine pushes and serves it to whoever asks: the distribution protocol, in short. */
export interface PushRegistry {
  readonly port: number;
  /** `repository:tag` of what was pushed, in order. */
  readonly pushed: readonly string[];
  /** `repository:tag` of what was asked for by tag. */
  readonly pulled: readonly string[];
  readonly close: () => Promise<void>;
}

interface Manifest {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Listens on one port of all the addresses. */
export async function servePushRegistry(addresses: readonly string[]): Promise<PushRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'labctl-registry-'));
  const manifests = new Map<string, Manifest>();
  const pushed: string[] = [];
  const pulled: string[] = [];
  const place = (name: string): string => join(directory, name.replace(':', '-'));

  const routes: readonly (readonly [method: RegExp, path: RegExp, answer: Route])[] = [
    [/GET/, /^\/v2\/$/, async (_, response) => end(response, 200)],
    [
      /POST/,
      /^\/v2\/(.+)\/blobs\/uploads\/$/,
      async (_, response, [repository]) => {
        end(response, 202, { location: `/v2/${repository}/blobs/uploads/${randomUUID()}` });
      },
    ],
    [
      /PATCH/,
      /^(\/v2\/.+\/blobs\/uploads\/([\w-]+))$/,
      async (request, response, [location = '', upload = '']) => {
        await pipeline(request, createWriteStream(place(upload), { flags: 'a' }));
        const { size } = await stat(place(upload));
        end(response, 202, { location, range: `0-${size - 1}` });
      },
    ],
    [
      /PUT/,
      /^\/v2\/.+\/blobs\/uploads\/([\w-]+)\?.*digest=([^&]+)/,
      async (request, response, [upload = '', digest = '']) => {
        await pipeline(request, createWriteStream(place(upload), { flags: 'a' }));
        const hash = createHash('sha256');
        await pipeline(createReadStream(place(upload)), hash);
        const found = `sha256:${hash.digest('hex')}`;
        if (found !== decodeURIComponent(digest)) return end(response, 400);
        await rename(place(upload), place(found));
        end(response, 201, { 'docker-content-digest': found });
      },
    ],
    [
      /GET|HEAD/,
      /^\/v2\/.+\/blobs\/(sha256:[0-9a-f]+)$/,
      async (request, response, [digest = '']) => {
        const found = await stat(place(digest)).catch(() => undefined);
        if (found === undefined) return end(response, 404);
        response.writeHead(200, { 'content-length': found.size, 'docker-content-digest': digest });
        if (request.method === 'HEAD') response.end();
        else await pipeline(createReadStream(place(digest)), response);
      },
    ],
    [
      /PUT/,
      /^\/v2\/(.+)\/manifests\/([^/]+)$/,
      async (request, response, [repository, reference = '']) => {
        const bytes = await buffer(request);
        const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
        const manifest = { type: request.headers['content-type'] ?? '', bytes };
        for (const name of [reference, digest]) manifests.set(`${repository}:${name}`, manifest);
        pushed.push(`${repository}:${reference}`);
        end(response, 201, { 'docker-content-digest': digest });
      },
    ],
    [
      /GET|HEAD/,
      /^\/v2\/(.+)\/manifests\/([^/]+)$/,
      async (request, response, [repository, reference = '']) => {
        const found = manifests.get(`${repository}:${reference}`);
        if (found === undefined) return end(response, 404);
        if (!reference.startsWith('sha256:')) pulled.push(`${repository}:${reference}`);
        const digest = `sha256:${createHash('sha256').update(found.bytes).digest('hex')}`;
        response.writeHead(200, {
          ...{ 'content-type': found.type, 'content-length': found.bytes.length },
          'docker-content-digest': digest,
        });
        response.end(request.method === 'HEAD' ? undefined : found.bytes);
      },
    ],
  ];

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    // containerd names the registry that it means, where it asks a stand-in.
    const path = (request.url ?? '').replace(/\?ns=.*$/, '');
    for (const [method, pattern, answer] of routes) {
      const match = method.test(request.method ?? '') ? pattern.exec(path) : null;
      if (match === null) continue;
      answer(request, response, match.slice(1)).catch((error: unknown) => response.destroy(error as Error));
      return;
    }
    end(response, 404);
  };

  const servers: Server[] = [];
  let port = 0;
  for (const address of addresses) {
    const server = createServer(serve);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, resolve);
    });
    const bound = server.address();
    if (typeof bound === 'object' && bound !== null) port = bound.port;
    servers.push(server);
  }
  return {
    port,
    pushed,
    pulled,
    close: async () => {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
      await rm(directory, { recursive: true });
    },
  };
}

type Route = (
  request: IncomingMessage,
  response: ServerResponse,
  parts: readonly (string | undefined)[],
) => Promise<void>;

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-length': '0', ...headers }).end();
}
