import type { Exec } from '../../../core/exec.ts';
import { execIn, pushImage } from '../../../platform/docker.ts';
import { buildImages, loadImages } from '../../kind/steps/images.ts';
import type { ExistingStep } from '../context.ts';

/** Nodes that are somewhere else and have the images need none built. */
const isDelivered = ({ facts, lab }: Parameters<ExistingStep['run']>[0]): string | false =>
  facts.nodeContainers.containers.length === 0 && lab.existing.registry === ''
    ? 'every node has them'
    : false;

export const build: ExistingStep = { ...buildImages, skip: isDelivered };

/** By a registry where one is named, else straight into nodes that are containers of this machine. */
export const deliver: ExistingStep = {
  title: 'Bring the images to the nodes',
  skip: isDelivered,
  run: async (context, report) => {
    const { lab, exec, images, signal } = context;
    if (lab.existing.registry === '') return loadImages.run(context, report);
    const references = Object.values(images).map(({ reference }) => reference);
    for (const reference of references) await pushImage(exec, reference, signal);
    report(`pushed ${references.join(', ')}`);
  },
  undo: {
    title: 'Remove the images from the nodes',
    run: async ({ exec, containers, nodeImages }) => {
      await Promise.all(containers.map((name) => removeFromNode(execIn(exec, name), nodeImages)));
    },
  },
};

/** One content has several names in containerd: the tag, its digest, and the id that the kubelet knows. */
async function removeFromNode(node: Exec, references: readonly string[]): Promise<void> {
  const { stdout } = await node('ctr', ['--namespace', 'k8s.io', 'images', 'list']);
  const rows = stdout
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/))
    .map(([name = '', , digest = '']) => ({ name, digest }));
  const digests = rows
    .filter(({ name }) =>
      references.some((reference) => [reference, `docker.io/${reference}`].includes(name)),
    )
    .map(({ digest }) => digest);
  const names = rows.filter(({ digest }) => digests.includes(digest)).map(({ name }) => name);
  if (names.length > 0) await node('ctr', ['--namespace', 'k8s.io', 'images', 'rm', ...names]);
}
