import type { K8sObject, ObjectMeta, PodSpec } from '../../../core/k8s.ts';
import { demoManifests } from '../../render/rendering.ts';
import { type ClusterUp, type KindStep, labLabel } from '../context.ts';
import type { LabImage } from '../images.ts';

export const demo: KindStep<ClusterUp> = {
  title: 'Apply the demo',
  skip: ({ lab }) => (lab.demo.enabled ? false : 'the lab has none'),
  run: async ({ lab, kubectl, images }, report) => {
    const objects = (await demoManifests(lab)).map((object) =>
      withLabel(withImage(object, images.demo), lab.name),
    );
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    await kubectl.run(['apply', '--server-side', '--field-manager', 'labctl', '--filename', '-'], {
      input: JSON.stringify(list),
    });
    report(objects.map((object) => `${object.kind} ${object.metadata.name}`).join(', '));
  },
};

/** Says whose it is, pods included: in a cluster of somebody else's only what is ours may be removed. */
function withLabel(object: K8sObject, lab: string): K8sObject {
  const marked = <M extends Partial<ObjectMeta>>(metadata: M): M => ({
    ...metadata,
    labels: { ...metadata.labels, [labLabel]: lab },
  });
  const labelled = { ...object, metadata: marked(object.metadata) };
  if (labelled.kind !== 'DaemonSet' && labelled.kind !== 'Deployment') return labelled;
  const { template } = labelled.spec;
  const spec = { ...labelled.spec, template: { ...template, metadata: marked(template.metadata ?? {}) } };
  return { ...labelled, spec } as K8sObject;
}

/** The templates name the image without a tag, as embedded labs know it. */
function withImage(object: K8sObject, { reference, pullPolicy }: LabImage): K8sObject {
  if (object.kind !== 'DaemonSet' && object.kind !== 'Deployment') return object;
  const spec: PodSpec = object.spec.template.spec;
  const containers = spec.containers.map((container) =>
    container.image === 'labctl/demo'
      ? { ...container, image: reference, imagePullPolicy: pullPolicy }
      : container,
  );
  const template = { ...object.spec.template, spec: { ...spec, containers } };
  return { ...object, spec: { ...object.spec, template } } as K8sObject;
}
