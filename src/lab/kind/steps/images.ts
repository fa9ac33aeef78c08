import type { Exec } from '../../../core/exec.ts';
import { buildImage, execIn, imageId, loadArchive, removeImages } from '../../../platform/docker.ts';
import { inTemporary } from '../../../platform/fs.ts';
import { type KindStep, type KindUp, labLabel } from '../context.ts';
import { type LabImage, stageContext } from '../images.ts';

/** Independent of the cluster: builds what is missing. */
export const buildImages: KindStep = {
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
export const loadImages: KindStep = {
  title: 'Load the images into the nodes',
  run: async ({ exec, images, archive, nodeContainers }, report) => {
    const wanted = Object.values(images);
    const nodes = await nodeContainers();
    const lacking = await inParallel(nodes, async ({ name }) => {
      const present = await imagesOfNode(execIn(exec, name));
      const missing = wanted.filter(({ reference }) => !present.has(`docker.io/${reference}`));
      return missing.length === 0 ? [] : [{ name, missing }];
    });
    if (lacking.length === 0) {
      report('every node has them');
      return;
    }
    const sent = wanted.filter((image) => lacking.some(({ missing }) => missing.includes(image)));
    const file = await archive.of(sent.map(({ reference }) => reference));
    await Promise.all(lacking.map(({ name }) => loadArchive(exec, name, file)));
    report(lacking.map(({ name, missing }) => `${missing.length} into ${name}`).join(', '));
  },
};

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

export const imageReferences = ({ images }: Pick<KindUp, 'images'>): string[] =>
  Object.values(images).map(({ reference }) => reference);

async function build(exec: Exec, images: readonly LabImage[], signal: AbortSignal): Promise<void> {
  await inTemporary('images', async (directory) => {
    await stageContext(images, directory);
    // One after the other: they share their first layers.
    for (const { name, reference } of images) {
      const labels = { [labLabel]: 'image' };
      await buildImage(exec, { context: directory, target: name, tag: reference, labels }, signal);
    }
  });
}

async function imagesOfNode(node: Exec): Promise<Set<string>> {
  const { stdout } = await node('ctr', ['--namespace', 'k8s.io', 'images', 'list', '--quiet']);
  return new Set(stdout.split('\n'));
}

const inParallel = async <T, R>(items: readonly T[], run: (item: T) => Promise<readonly R[]>): Promise<R[]> =>
  (await Promise.all(items.map(run))).flat();
