import { parseAllDocuments } from 'yaml';
import type { Deployment, K8sObject, Service } from '../core/k8s.ts';
import type { ResolvedLab } from './resolved-lab.ts';

/** The demo workloads of a lab, from the texts in templates/demo. None where the demo is off. */
export function renderManifests(lab: ResolvedLab, templates: readonly string[]): readonly K8sObject[] {
  if (!lab.demo.enabled) return [];
  return templates.flatMap(parse).map((object) => withSettings(lab, object));
}

function parse(text: string): K8sObject[] {
  const documents = parseAllDocuments(text);
  if ('empty' in documents) return [];
  return documents.map((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0];
    // Templates are ours and held to this shape by a test.
    return document.toJS() as K8sObject;
  });
}

function withSettings(lab: ResolvedLab, object: K8sObject): K8sObject {
  if (object.kind === 'Deployment' && object.metadata.name === 'hello') return withReplicas(lab, object);
  if (object.kind === 'Service' && object.metadata.name === 'demo') return withNodePorts(lab, object);
  return object;
}

const withReplicas = (lab: ResolvedLab, hello: Deployment): Deployment => ({
  ...hello,
  spec: { ...hello.spec, replicas: lab.demo.helloReplicas },
});

/** The HTTP port goes where the lab wants it; the others keep their distance to it. */
function withNodePorts(lab: ResolvedLab, demo: Service): Service {
  const ports = demo.spec.ports ?? [];
  const shift = lab.demo.nodePort - (ports[0]?.nodePort ?? lab.demo.nodePort);
  const moved = ports.map((port) =>
    port.nodePort === undefined ? port : { ...port, nodePort: port.nodePort + shift },
  );
  return { ...demo, spec: { ...demo.spec, ports: moved } };
}
