import type { K8sObject, PodSpec } from '../../../core/k8s.ts';
import { demoManifests } from '../../render/rendering.ts';
import type { KindStep } from '../context.ts';

export const demo: KindStep = {
  title: 'Apply the demo',
  skip: ({ lab }) => (lab.demo.enabled ? false : 'the lab has none'),
  run: async ({ lab, kubectl, images }, report) => {
    const objects = (await demoManifests(lab)).map((object) => withImage(object, images.demo.reference));
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    await kubectl.run(['apply', '--server-side', '--field-manager', 'labctl', '--filename', '-'], {
      input: JSON.stringify(list),
    });
    report(objects.map((object) => `${object.kind} ${object.metadata.name}`).join(', '));
  },
};

/** The templates name the image without a tag, as embedded labs know it. */
function withImage(object: K8sObject, reference: string): K8sObject {
  if (object.kind !== 'DaemonSet' && object.kind !== 'Deployment') return object;
  const spec: PodSpec = object.spec.template.spec;
  const containers = spec.containers.map((container) =>
    container.image === 'labctl/demo'
      ? { ...container, image: reference, imagePullPolicy: 'Never' }
      : container,
  );
  const template = { ...object.spec.template, spec: { ...spec, containers } };
  return { ...object, spec: { ...object.spec, template } } as K8sObject;
}
