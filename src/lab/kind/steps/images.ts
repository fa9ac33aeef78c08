import { basename, join } from 'node:path';
import type { Exec } from '../../../core/exec.ts';
import { buildImage, execIn, imageId, loadArchive, removeImages } from '../../../platform/docker.ts';
import { inTemporary } from '../../../platform/fs.ts';
import { fullName } from '../archive.ts';
import { type ClusterUp, type KindStep, labLabel } from '../context.ts';
import { type LabImage, stageContext } from '../images.ts';

/** Independent of the cluster: builds what is missing. */
export const buildImages: KindStep<ClusterUp> = {
  title: 'Build the images',
  run: async ({ exec, images, signal }, report) => {
    const missing = await buildMissing(exec, Object.values(images), signal);
    const built = missing.map(({ name }) => name).join(', ');
    report(missing.length === 0 ? 'built before' : `built ${built}`);
  },
  undo: {
    title: 'Remove the images',
    run: async ({ exec, images }) => {
      const present = await inParallel(images, async (reference) =>
        (await imageId(exec, reference)) === undefined ? [] : [reference],
      );
      await removeImages(exec, present);
    },
  },
};

/** A tag is the hash of its content, so a node that has the tag has the image. */
export const loadImages: KindStep<ClusterUp> = {
  title: 'Load the images into the nodes',
  run: async (context, report) => report(await loadIntoNodes(context, imageReferences(context))),
};

/** Sends images of the engine to the nodes that lack one of that name, and says which. */
export async function loadIntoNodes(
  { exec, archive, nodeContainers }: Pick<ClusterUp, 'exec' | 'archive' | 'nodeContainers'>,
  references: readonly string[],
): Promise<string> {
  const lacking = await inParallel(await nodeContainers(), async ({ name }) => {
    const present = await imagesOfNode(execIn(exec, name));
    const missing = references.filter((reference) => !present.has(fullName(reference)));
    return missing.length === 0 ? [] : [{ name, missing }];
  });
  if (lacking.length === 0) return 'every node has them';
  const file = await archive.of(
    references.filter((reference) => lacking.some(({ missing }) => missing.includes(reference))),
  );
  await Promise.all(lacking.map(({ name }) => loadArchive(exec, name, file)));
  return lacking.map(({ name, missing }) => `${missing.length} into ${name}`).join(', ');
}

/** Builds those images that the engine lacks, and answers which. */
export async function buildMissing(
  exec: Exec,
  images: readonly LabImage[],
  signal: AbortSignal,
): Promise<readonly LabImage[]> {
  const missing = await inParallel(images, async (image) =>
    (await imageId(exec, image.reference)) === undefined ? [image] : [],
  );
  if (missing.length > 0) await build(exec, missing, signal);
  return missing;
}

export const imageReferences = ({ images }: Pick<ClusterUp, 'images'>): string[] =>
  Object.values(images).map(({ reference }) => reference);

async function build(exec: Exec, images: readonly LabImage[], signal: AbortSignal): Promise<void> {
  await inTemporary('images', async (directory) => {
    await stageContext(images, directory);
    // One after the other: they share their first layers.
    for (const { name, reference, dockerfile } of images) {
      const build = { context: directory, file: join(directory, basename(dockerfile)), target: name };
      await buildImage(exec, { ...build, tag: reference, labels: { [labLabel]: 'image' } }, signal);
    }
  });
}

async function imagesOfNode(node: Exec): Promise<Set<string>> {
  const { stdout } = await node('ctr', ['--namespace', 'k8s.io', 'images', 'list', '--quiet']);
  return new Set(stdout.split('\n'));
}

const inParallel = async <T, R>(items: readonly T[], run: (item: T) => Promise<readonly R[]>): Promise<R[]> =>
  (await Promise.all(items.map(run))).flat();
