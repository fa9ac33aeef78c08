import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../../../core/make-directory.ts';
import { ownerLabel, ownerMark } from '../../../core/owner-mark.ts';
import { labPaths } from '../../../core/paths.ts';
import { removeUnusedNetwork } from '../../../platform/docker.ts';
import { createKindCluster, deleteKindCluster, kindContainers, kindNetwork } from '../../../platform/kind.ts';
import { registryFiles, renderKind } from '../../../profile/render-kind.ts';
import { yamlText } from '../../render/files.ts';
import { type KindStep, kubeconfigOf } from '../context.ts';
import { refuseForeignCluster } from '../ownership.ts';

/** Another version is chosen by `image` of the nodes in the lab file's raw kind configuration. */
const nodeImage = 'kindest/node:v1.34.4';

export const cluster: KindStep = {
  title: 'Create the kind cluster',
  run: async ({ lab, exec, kubeconfig, signal }, report) => {
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
    const config = join(labPaths(lab.name).state, 'kind.yaml');
    await writeFile(config, yamlText([renderKind(lab, registries, { [ownerLabel]: ownerMark() })]), {
      mode: 0o600,
    });
    await createKindCluster(exec, { name: lab.name, config, kubeconfig, image: nodeImage }, signal);
    report(`${lab.nodes.controlPlanes + lab.nodes.workers} nodes, ${nodeImage}`);
  },
  undo: {
    title: 'Delete the kind cluster',
    run: async ({ lab, exec, madeNetwork }) => {
      await refuseForeignCluster(exec, lab);
      await deleteKindCluster(exec, lab, kubeconfigOf(lab));
      if (madeNetwork) await removeUnusedNetwork(exec, kindNetwork());
    },
  },
};
