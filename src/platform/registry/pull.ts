import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { architecture as thisArchitecture } from '../../core/architecture.ts';
import { failure } from '../../core/errors.ts';
import { type ImageReference, imageText } from '../../core/image-reference.ts';
import { makeDirectory } from '../../core/make-directory.ts';
import { isErrno } from '../fs.ts';
import { type Descriptor, fetchBlob, requireDigest, sha256 } from './content.ts';
import { ask, type RegistryAccess } from './http.ts';

/** An image whose blobs are all in a directory. */
export interface PulledImage {
  readonly image: ImageReference;
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  /** Of this pull: what was there before is not fetched again. */
  readonly fetchedBytes: number;
}

export interface PullOptions {
  /** Gets `blobs/sha256/...`. */
  readonly directory: string;
  /** By registry: `{'quay.io': 'http://mirror:5000'}`. */
  readonly mirrors?: Readonly<Record<string, string>>;
  readonly architecture?: string;
  readonly signal: AbortSignal;
}

interface Manifest {
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  readonly manifests?: readonly (Descriptor & {
    readonly platform?: { readonly os: string; readonly architecture: string };
  })[];
}

const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** Fetches an image for one platform, without an engine. Each part is held against the digest that names it. */
export async function pullImage(image: ImageReference, options: PullOptions): Promise<PulledImage> {
  const { directory, mirrors = {}, architecture = thisArchitecture, signal } = options;
  const endpoint = (mirrors[image.registry] ?? endpointOf(image.registry)).replace(/\/$/, '');
  const access: RegistryAccess = { image, endpoint, signal };
  const blobs = join(directory, 'blobs', 'sha256');
  makeDirectory(blobs);
  const { descriptor, manifest } = await manifestFor(access, architecture, blobs);
  const { config, layers } = manifest;
  if (config === undefined || layers === undefined) {
    throw unusable(image, `is no image: its manifest is ${descriptor.mediaType || 'of no type'}`);
  }
  let fetchedBytes = 0;
  for (const blob of [config, ...layers]) {
    const file = join(blobs, hexOf(image, blob.digest));
    if (await holds(file, blob.digest)) continue;
    await fetchBlob(access, blob, file);
    fetchedBytes += blob.size;
  }
  return { image, manifest: descriptor, config, layers, fetchedBytes };
}

interface Found {
  readonly descriptor: Descriptor;
  readonly manifest: Manifest;
}

async function manifestFor(access: RegistryAccess, architecture: string, blobs: string): Promise<Found> {
  const { image } = access;
  const top = await fetchManifest(access, image.digest ?? image.tag ?? 'latest', image.digest);
  if (top.manifest.manifests === undefined) return await kept(image, top, blobs);
  const entry = top.manifest.manifests.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === architecture,
  );
  if (entry === undefined) {
    const there = top.manifest.manifests.map(({ platform }) => `${platform?.os}/${platform?.architecture}`);
    throw unusable(image, `is there for ${[...new Set(there)].join(', ')}, not for linux/${architecture}`);
  }
  return await kept(image, await fetchManifest(access, entry.digest, entry.digest), blobs);
}

interface FetchedManifest extends Found {
  readonly bytes: Uint8Array;
}

async function fetchManifest(
  access: RegistryAccess,
  reference: string,
  digest: string | undefined,
): Promise<FetchedManifest> {
  const response = await ask(access, `manifests/${reference}`, [...indexTypes, ...manifestTypes]);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const found = sha256(bytes);
  const named = digest ?? response.headers.get('docker-content-digest') ?? found;
  requireDigest(access.image, named, found);
  const manifest = JSON.parse(new TextDecoder().decode(bytes)) as Manifest & { readonly mediaType?: string };
  const mediaType = manifest.mediaType ?? response.headers.get('content-type') ?? '';
  return { descriptor: { mediaType, digest: found, size: bytes.length }, manifest, bytes };
}

async function kept(image: ImageReference, found: FetchedManifest, blobs: string): Promise<Found> {
  await writeFile(join(blobs, hexOf(image, found.descriptor.digest)), found.bytes);
  return found;
}

/** Whether the file is there with this very content: an earlier run may have been ended at any place. */
async function holds(file: string, digest: string): Promise<boolean> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
  return `sha256:${hash.digest('hex')}` === digest;
}

/** Goes into a path: nothing but digits. */
function hexOf(image: ImageReference, digest: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex === undefined) throw unusable(image, `names a part by ${JSON.stringify(digest)}`);
  return hex;
}

/** As engines do: of this machine a registry is asked without TLS. */
function endpointOf(registry: string): string {
  if (registry === 'docker.io') return 'https://registry-1.docker.io';
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/.test(registry);
  return `${isLoopback ? 'http' : 'https'}://${registry}`;
}

const unusable = (image: ImageReference, reason: string): Error =>
  failure('E_IMAGE', `${imageText(image)} ${reason}`, { fix: 'labctl images list shows what is asked for' });
