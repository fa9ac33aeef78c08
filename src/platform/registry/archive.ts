import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exec } from '../../core/exec.ts';
import { imageName } from '../../core/image-reference.ts';
import type { PulledImage } from './pull.ts';

const packLimitMs = 600_000;

/**
 * Writes one file that is an OCI layout and an archive of `docker image save` at once, so that engines, containerd and
 * other loaders read it. The blobs are below the directory already.
 */
export async function packImages(
  exec: Exec,
  images: readonly PulledImage[],
  directory: string,
  file: string,
): Promise<void> {
  const index = { schemaVersion: 2, mediaType: indexType, manifests: images.map(entryOf) };
  const texts = {
    'oci-layout': { imageLayoutVersion: '1.0.0' },
    'index.json': index,
    'manifest.json': images.map(savedEntryOf),
  };
  for (const [name, value] of Object.entries(texts)) {
    await writeFile(join(directory, name), `${JSON.stringify(value)}\n`);
  }
  const blobs = images.flatMap(({ manifest, config, layers }) => [manifest, config, ...layers]);
  const partial = `${file}.part`;
  try {
    // Only what belongs to these images, in one order and of one age: the same images are the same file.
    await exec(
      'tar',
      [
        ...['--create', '--file', partial, '--directory', directory, '--mtime', '@0', '--owner', '0'],
        ...['--group', '0', '--numeric-owner', '--mode', 'a=r', ...Object.keys(texts)],
        ...new Set(blobs.map(({ digest }) => blobPath(digest))),
      ],
      { timeoutMs: packLimitMs },
    );
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}

const indexType = 'application/vnd.oci.image.index.v1+json';

const entryOf = ({ image, manifest }: PulledImage) => ({
  ...manifest,
  annotations: {
    'io.containerd.image.name': imageName(image),
    'org.opencontainers.image.ref.name': image.tag ?? 'latest',
  },
});

const savedEntryOf = ({ image, config, layers }: PulledImage) => ({
  Config: blobPath(config.digest),
  RepoTags: [imageName(image)],
  Layers: layers.map(({ digest }) => blobPath(digest)),
});

const blobPath = (digest: string): string => join('blobs', 'sha256', digest.replace('sha256:', ''));
