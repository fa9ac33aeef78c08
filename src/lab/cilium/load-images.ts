import { resolve } from 'node:path';
import { loadIntoEngine, requireDocker } from '../../platform/docker.ts';
import type { LabContext } from '../context.ts';
import { imagesOfArchive } from '../kind/archive.ts';
import { type Loaded, loadImage } from '../kind/load.ts';

/** Puts an archive into the nodes of a lab, or into the local engine, from where `up` puts it into nodes. */
export async function loadImages(
  file: string,
  lab: string | undefined,
  context: LabContext,
): Promise<readonly Loaded[]> {
  const images = await imagesOfArchive(context.exec, resolve(file));
  if (lab !== undefined) return loadImage(lab, resolve(file), context);
  await requireDocker(context.exec);
  await loadIntoEngine(context.exec, resolve(file), context.signal);
  return images.map(({ name }) => ({ node: 'this machine', image: name, action: 'loaded' }));
}
