import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A registry on the loopback: what it serves is a map from path to bytes, what it is asked is a list. */
export interface TestRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly asked: string[];
  readonly content: Map<string, Served>;
  /** Before the content; true where it answered. */
  gate: (request: IncomingMessage, response: ServerResponse) => boolean;
}
interface Served {
  readonly type: string;
  readonly bytes: Buffer;
}
export interface TestImage {
  readonly name: string;
  readonly index: string;
  readonly manifest: string;
  readonly config: string;
  readonly layers: readonly string[];
}

export async function serveRegistry(): Promise<TestRegistry> {
  const registry: { -readonly [K in keyof TestRegistry]: TestRegistry[K] } = {
    host: '',
    asked: [],
    content: new Map(),
    gate: () => false,
  };
  const answer: Answer = (request, response) => {
    registry.asked.push(request.url ?? '');
    if (registry.gate(request, response)) return;
    const found = registry.content.get(request.url ?? '');
    if (found === undefined) response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    else response.writeHead(200, { 'content-type': found.type }).end(found.bytes);
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  registry.host = `127.0.0.1:${address.port}`;
  return registry;
}

export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const index = 'application/vnd.oci.image.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** Serves an image of two platforms under a tag; the given layers are those of the wanted one. */
export function addImage(
  registry: TestRegistry,
  repository: string,
  tag: string,
  layers: readonly Buffer[],
  config: unknown = { os: 'linux', rootfs: { type: 'layers', diff_ids: [] } },
  architecture = 'amd64',
): TestImage {
  const put = (path: string, type: string, bytes: Buffer) => {
    registry.content.set(`/v2/${repository}/${path}`, { type, bytes });
    return { mediaType: type, digest: digestOf(bytes), size: bytes.length };
  };
  const blob = (type: string, bytes: Buffer) => put(`blobs/${digestOf(bytes)}`, type, bytes);
  const document = (type: string, value: unknown) => {
    const bytes = Buffer.from(JSON.stringify(value));
    return put(`manifests/${digestOf(bytes)}`, type, bytes);
  };
  const layerParts = layers.map((layer) => blob('application/vnd.oci.image.layer.v1.tar+gzip', layer));
  const configPart = blob('application/vnd.oci.image.config.v1+json', Buffer.from(JSON.stringify(config)));
  const own = document(manifestType, {
    schemaVersion: 2,
    mediaType: manifestType,
    config: configPart,
    layers: layerParts,
  });
  const foreign = document(manifestType, { schemaVersion: 2, config: configPart, layers: [] });
  const value = {
    schemaVersion: 2,
    mediaType: index,
    manifests: [
      { ...foreign, platform: { os: 'linux', architecture: 's390x' } },
      { ...own, platform: { os: 'linux', architecture } },
    ],
  };
  const top = document(index, value);
  put(`manifests/${tag}`, index, Buffer.from(JSON.stringify(value)));
  return {
    name: `${registry.host}/${repository}:${tag}`,
    index: top.digest,
    manifest: own.digest,
    config: configPart.digest,
    layers: layerParts.map(({ digest }) => digest),
  };
}
