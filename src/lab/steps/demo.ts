import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyOf } from '../../core/k8s.ts';
import { labPaths } from '../../core/paths.ts';
import { projectRoot } from '../../platform/fs.ts';
import { renderManifests } from '../../profile/render-manifests.ts';
import type { Step, UpContext } from '../context.ts';
import { applyObjects, deleteFromStore, type ObjectChange } from '../objects/change.ts';

export const demo: Step = {
  title: 'Apply the demo',
  skip: ({ lab }) => (lab.demo.enabled ? false : 'the lab has none'),
  run: async (context, report) => {
    const changes = await applyDemo(context);
    report(changes.map((change) => `${change.kind} ${change.key}`).join(', '));
  },
};

export async function applyDemo({ lab, store }: Pick<UpContext, 'lab' | 'store'>): Promise<ObjectChange[]> {
  const objects = renderManifests(lab, await demoTemplates());
  return applyObjects(store, labPaths(lab.name).cluster, lab.network, objects);
}

/** Takes away those of its objects that are still there. */
export async function removeDemo({ lab, store }: Pick<UpContext, 'lab' | 'store'>): Promise<void> {
  const enabled = { ...lab, demo: { ...lab.demo, enabled: true } };
  for (const object of renderManifests(enabled, await demoTemplates())) {
    const { kind } = object;
    const key = keyOf(object);
    if ((await store.get(kind, key)) !== undefined) await deleteFromStore(store, [{ kind, key }]);
  }
}

async function demoTemplates(): Promise<string[]> {
  const directory = join(projectRoot(), 'templates', 'demo');
  const files = (await readdir(directory)).filter((file) => file.endsWith('.yaml')).sort();
  return Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
}
