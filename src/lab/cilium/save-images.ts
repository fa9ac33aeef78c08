import { resolve } from 'node:path';
import { usageError } from '../../core/errors.ts';
import { type ImageReference, imageName, imageText } from '../../core/image-reference.ts';
import { removeTree } from '../../platform/fs.ts';
import { packImages } from '../../platform/registry/archive.ts';
import { type PulledImage, pullImage } from '../../platform/registry/pull.ts';
import type { RegistryMirror } from '../../profile/resolved-lab.ts';
import type { LabContext, ProgressStep } from '../context.ts';

export interface SavedImage {
  readonly image: string;
  /** Of the manifest of this machine's platform. */
  readonly digest: string;
  readonly bytes: number;
  readonly fetchedBytes: number;
}

interface Save {
  readonly pulled: PulledImage[];
}

/**
 * Fetches images from their registries into one archive; no engine is needed. What was fetched is kept beside the
 * file until the archive is whole, so that a second run goes on where the first ended.
 */
export async function saveImages(
  images: readonly ImageReference[],
  to: string,
  mirrors: readonly RegistryMirror[],
  { exec, signal, progress }: LabContext,
): Promise<SavedImage[]> {
  refuseTwins(images);
  const file = resolve(to);
  const directory = `${file}.fetched`;
  const endpoints = Object.fromEntries(mirrors.map(({ registry, endpoint }) => [registry, endpoint]));
  const fetches = images.map(
    (image): ProgressStep<Save> => ({
      title: `Fetch ${imageName(image)}`,
      run: async ({ pulled }, report) => {
        const one = await pullImage(image, { directory, mirrors: endpoints, signal });
        pulled.push(one);
        report(one.fetchedBytes === 0 ? 'fetched before' : `${one.fetchedBytes} bytes`);
      },
    }),
  );
  const pack: ProgressStep<Save> = {
    title: `Write ${to}`,
    run: async ({ pulled }) => packImages(exec, pulled, directory, file),
  };
  const save: Save = { pulled: [] };
  await progress([...fetches, pack], save);
  await removeTree(directory);
  return save.pulled.map(savedOf);
}

const savedOf = ({ image, manifest, config, layers, fetchedBytes }: PulledImage): SavedImage => ({
  image: imageName(image),
  digest: manifest.digest,
  bytes: [manifest, config, ...layers].reduce((sum, { size }) => sum + size, 0),
  fetchedBytes,
});

/** An archive knows images by name and tag alone. */
function refuseTwins(images: readonly ImageReference[]): void {
  const names = images.map(imageName);
  const twin = images.find((image, at) => names.indexOf(imageName(image)) !== at);
  if (twin === undefined) return;
  throw usageError(
    'E_IMAGE_NAME',
    `two images are called ${imageName(twin)}, one of them ${imageText(twin)}`,
    {
      fix: 'give one of them another tag in the values',
    },
  );
}
