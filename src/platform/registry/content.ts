import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { failure } from '../../core/errors.ts';
import { type ImageReference, imageText } from '../../core/image-reference.ts';
import { ask, type RegistryAccess, unreachable } from './http.ts';

/** A part of an image as manifests name it. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export const sha256 = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** Throws E_DIGEST where what came is not what was named. */
export function requireDigest(image: ImageReference, named: string, found: string): void {
  if (named === found) return;
  throw failure('E_DIGEST', `${imageText(image)}: the registry sent ${found} for ${named}`, {
    fix: 'something between here and the registry changes content: try without proxy or mirror',
  });
}

/** Fetches a blob into a file, which is there only once its digest is right. */
export async function fetchBlob(access: RegistryAccess, blob: Descriptor, file: string): Promise<void> {
  const response = await ask(access, `blobs/${blob.digest}`, ['*/*']);
  const partial = `${file}.part`;
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    if (response.body === null) throw new Error('no content');
    await pipeline(Readable.fromWeb(response.body), hashing, createWriteStream(partial)).catch((error) => {
      access.signal.throwIfAborted();
      throw isFileError(error) ? error : unreachable(access, error);
    });
    requireDigest(access.image, blob.digest, `sha256:${hash.digest('hex')}`);
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}

/** Of the file that is written, as on a full disk. */
const isFileError = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && (error.syscall === 'write' || error.syscall === 'open');
