import { resolve } from 'node:path';
import { requireDocker, saveImages } from '../../platform/docker.ts';
import type { LabContext } from '../context.ts';
import { readRecord } from '../owner-record.ts';
import { labImage } from './images.ts';
import { type Loaded, loadImage, nodeContainersOf } from './load.ts';
import { buildMissing } from './steps/images.ts';
import { addTools } from './steps/tools.ts';

/** The tools of the lab's demo image, on every node anew. */
export async function loadTools(lab: string, context: LabContext): Promise<Loaded[]> {
  const nodes = await nodeContainersOf(lab, context.exec);
  const demo = await labImage('demo');
  await buildMissing(context.exec, [demo], context.signal);
  const loaded = await loadImage(lab, demo.reference, context);
  // In a cluster of somebody else's tools are in a pod on each node, not on the node.
  if ((await readRecord(lab))?.runtime === 'kind') {
    await addTools(context.exec, nodes, demo.reference);
  }
  return loaded;
}

/** Builds the images of a lab where they are missing and writes them to a file. */
export async function saveOwnImages(file: string, { exec, signal }: LabContext): Promise<readonly string[]> {
  await requireDocker(exec);
  const images = await Promise.all([labImage('agent'), labImage('demo')]);
  const references = images.map(({ reference }) => reference);
  await buildMissing(exec, images, signal);
  await saveImages(exec, references, resolve(file));
  return references;
}
