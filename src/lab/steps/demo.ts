import { keyOf } from '../../core/k8s.ts';
import { labPaths } from '../../core/paths.ts';
import type { Step, UpContext } from '../context.ts';
import { applyObjects, deleteFromStore, type ObjectChange } from '../objects/change.ts';
import { demoManifests } from '../render/rendering.ts';

export const demo: Step = {
  title: 'Apply the demo',
  skip: ({ lab }) => (lab.demo.enabled ? false : 'the lab has none'),
  run: async (context, report) => {
    const changes = await applyDemo(context);
    report(changes.map((change) => `${change.kind} ${change.key}`).join(', '));
  },
};

export async function applyDemo({ lab, store }: Pick<UpContext, 'lab' | 'store'>): Promise<ObjectChange[]> {
  const objects = await demoManifests(lab);
  return applyObjects(store, labPaths(lab.name).cluster, lab.network, objects);
}

/** Takes away those of its objects that are still there. */
export async function removeDemo({ lab, store }: Pick<UpContext, 'lab' | 'store'>): Promise<void> {
  const enabled = { ...lab, demo: { ...lab.demo, enabled: true } };
  for (const object of await demoManifests(enabled)) {
    const { kind } = object;
    const key = keyOf(object);
    if ((await store.get(kind, key)) !== undefined) await deleteFromStore(store, [{ kind, key }]);
  }
}
