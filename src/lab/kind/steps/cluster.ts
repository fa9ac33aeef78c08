import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../../../core/make-directory.ts';
import { ownerLabel, ownerMark } from '../../../core/owner-mark.ts';
import { labPaths } from '../../../core/paths.ts';
import { removeUnusedNetwork } from '../../../platform/docker.ts';
import { removeTree } from '../../../platform/fs.ts';
import { createKindCluster, deleteKindCluster, kindContainers, kindNetwork } from '../../../platform/kind.ts';
import { registryFiles, renderKind } from '../../../profile/render-kind.ts';
import { yamlText } from '../../render/files.ts';
import { type ClusterUp, type KindStep, kubeconfigOf } from '../context.ts';
import { refuseForeignCluster } from '../ownership.ts';
import { imageReferences } from './images.ts';

/** Of nodes that name none in the lab file's raw kind configuration. */
const nodeImage = 'kindest/node:v1.34.4';

/** What kind is told. */
export const configOf = (lab: string): string => join(labPaths(lab).state, 'kind.yaml');

export const cluster: KindStep<ClusterUp> = {
  title: 'Create the kind cluster',
  run: async ({ lab, exec, kubeconfig, signal, images, archive }, report) => {
    const present = await kindContainers(exec, lab.name);
    if (present.length > 0) {
      report(`${present.length} containers are there`);
      return;
    }
    const registries = join(labPaths(lab.name).state, 'registries');
    for (const { path, text } of registryFiles(lab)) {
      makeDirectory(dirname(join(registries, path)));
      await writeFile(join(registries, path), text);
    }
    const config = configOf(lab.name);
    const wanted = withImages(renderKind(lab, registries, { [ownerLabel]: ownerMark() }));
    await writeFile(config, yamlText([wanted]), { mode: 0o600 });
    // New nodes lack all images, and kind mostly waits. Whoever loads them hears of a failure.
    archive.of(imageReferences({ images })).catch(() => undefined);
    await createKindCluster(exec, { name: lab.name, config, kubeconfig }, signal);
    const ofNodes = [...new Set(wanted.nodes.map(({ image }) => image))];
    report(`${wanted.nodes.length} nodes, ${ofNodes.join(', ')}`);
  },
  undo: {
    title: 'Delete the kind cluster',
    run: async ({ lab, exec, madeNetwork }) => {
      await refuseForeignCluster(exec, lab);
      // Else kind would write it anew without the cluster, and give up where the disk is full.
      await removeTree(kubeconfigOf(lab));
      await deleteKindCluster(exec, lab, kubeconfigOf(lab));
      if (madeNetwork) await removeUnusedNetwork(exec, kindNetwork());
    },
  },
};

/** Node by node: kind's own option would win over what the lab file says. */
function withImages(config: unknown): { readonly nodes: readonly { readonly image: string }[] } {
  const { nodes = [{}], ...rest } = config as { readonly nodes?: readonly object[] };
  return { ...rest, nodes: nodes.map((node) => ({ image: nodeImage, ...node })) };
}
