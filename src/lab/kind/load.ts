import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { conflict, notFound } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import type { Node } from '../../core/k8s.ts';
import { type Container, execIn, imageId, loadArchive, saveImages } from '../../platform/docker.ts';
import { inTemporary } from '../../platform/fs.ts';
import { kindNodes } from '../../platform/kind.ts';
import { kubectlFor } from '../../platform/kubectl.ts';
import type { LabContext, ProgressStep } from '../context.ts';
import { findNodeContainers } from '../existing/node-containers.ts';
import { readRecord } from '../owner-record.ts';
import { type ArchivedImage, imagesOfArchive } from './archive.ts';
import { kubeconfigOf } from './context.ts';

/** One image on one node. */
export interface Loaded {
  readonly node: string;
  readonly image: string;
  /** `present`: the node has this very content under this name. */
  readonly action: 'loaded' | 'present';
}

interface Load {
  readonly exec: Exec;
  readonly archive: string;
  readonly images: readonly ArchivedImage[];
  readonly results: Loaded[];
}

/**
 * Puts an image of the local engine, or an archive of images, into every node of a lab. What a node has is
 * judged by content: a tag that was built anew is loaded, one that is the same is not sent again.
 */
export async function loadImage(lab: string, what: string, context: LabContext): Promise<Loaded[]> {
  const { exec, progress } = context;
  const nodes = await nodeContainersOf(lab, exec);
  return await inTemporary('load', async (directory) => {
    const archive = await archiveOf(exec, what, directory);
    const load: Load = { exec, archive, images: await imagesOfArchive(exec, archive), results: [] };
    await progress(nodes.map(loadInto), load);
    return load.results;
  });
}

const loadInto = (container: Container): ProgressStep<Load> => ({
  title: `Load into ${container.name}`,
  run: async ({ exec, archive, images, results }, report) => {
    const node = execIn(exec, container.name);
    const present = await contentOf(node);
    const missing = images.filter(({ name, config }) => present.get(name) !== config);
    if (missing.length > 0) await loadArchive(exec, container.name, archive);
    for (const { name } of images) {
      const action = missing.some((image) => image.name === name) ? 'loaded' : 'present';
      results.push({ node: container.name, image: name, action });
    }
    report(missing.length === 0 ? 'has it' : missing.map(({ name }) => name).join(', '));
  },
});

/** Config digest by full name. Two requests: containerd's list names manifests, of which configs are a part. */
async function contentOf(node: Exec): Promise<ReadonlyMap<string, string>> {
  const ctr = ['--namespace', 'k8s.io'];
  const { stdout } = await node('ctr', [...ctr, 'images', 'list']);
  const rows = stdout
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/));
  // The kubelet's own names for images are their config digests.
  const configs = new Map(
    rows.flatMap(([name = '', , digest = '']) => (name.startsWith('sha256:') ? [[digest, name]] : [])),
  );
  return new Map(
    rows.flatMap(([name = '', , digest = '']) => {
      const config = configs.get(digest);
      return config === undefined || name.startsWith('sha256:') ? [] : [[name, config]];
    }),
  );
}

/** A file is taken as it is, anything else is an image of the engine. */
async function archiveOf(exec: Exec, what: string, directory: string): Promise<string> {
  const file = resolve(what);
  if ((await stat(file).catch(() => undefined))?.isFile() === true) return file;
  if ((await imageId(exec, what)) === undefined) {
    throw notFound('E_NO_IMAGE', `${what} is neither a file nor an image of the local engine`, {
      fix: `docker build --tag ${what} ., or docker pull ${what}; docker image ls shows what there is`,
    });
  }
  const archive = join(directory, 'image.tar');
  await saveImages(exec, [what], archive);
  return archive;
}

export async function nodeContainersOf(lab: string, exec: Exec): Promise<readonly Container[]> {
  const record = await readRecord(lab);
  if (record === undefined) throw notFound('E_NO_LAB', `there is no lab ${lab}`, { fix: 'labctl list' });
  if (record.runtime === 'kind') return kindNodes(exec, lab);
  if (record.runtime === 'netns') {
    throw conflict('E_RUNTIME', `pods of lab ${lab} are processes of this machine: there are no images`, {
      fix: 'a pod names a bundled program by its image: demo or tools',
    });
  }
  const { items } = await kubectlFor(exec, kubeconfigOf(lab)).json<{ items: readonly Node[] }>([
    'get',
    'nodes',
  ]);
  const { containers } = await findNodeContainers(exec, items);
  if (containers.length > 0) return containers;
  throw conflict('E_RUNTIME', `nodes of lab ${lab} are no containers of this machine's engine`, {
    fix: 'push the image to a registry that they pull from',
  });
}
