import { failure } from '../core/errors.ts';
import type { Container, EnvVar, Pod } from '../core/k8s.ts';
import { bundledProgram } from '../platform/fs.ts';

export interface ContainerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What an image is in an embedded lab: a program of the bundle, or tools of the machine. */
const images: Readonly<Record<string, () => readonly string[]>> = {
  demo: () => [process.execPath, bundledProgram('demo-server')],
  tools: () => ['sleep', 'infinity'],
};

/** The process that a container is. `command` and `args` mean what they mean in Kubernetes. */
export function commandOf(container: Container, pod: Pod, podIP: string): ContainerCommand {
  const name = bareName(container.image);
  const entry = images[name];
  if (entry === undefined) {
    throw failure('E_IMAGE', `an embedded lab has no image ${container.image}`, {
      fix: `images: ${Object.keys(images).join(', ')}`,
    });
  }
  const [file = '', ...args] = [...(container.command ?? entry()), ...(container.args ?? [])];
  const env = Object.fromEntries(
    (container.env ?? []).map((each) => [each.name, resolveValue(each, pod, podIP)]),
  );
  return { file, args, env: { HOSTNAME: pod.metadata.name, ...env } };
}

/** `labctl/demo:v1`, `registry/labctl/demo@sha256:...` -> demo. */
const bareName = (image: string): string => (image.split('/').at(-1) ?? image).replace(/[:@].*$/, '');

function resolveValue(variable: EnvVar, pod: Pod, podIP: string): string {
  const path = variable.valueFrom?.fieldRef?.fieldPath;
  if (path === undefined) return variable.value ?? '';
  const read = fields[path];
  if (read === undefined) {
    throw failure('E_FIELD_REF', `environment variable ${variable.name}: no field ${path}`, {
      fix: `fields: ${Object.keys(fields).join(', ')}`,
    });
  }
  return read(pod, podIP);
}

const fields: Readonly<Record<string, (pod: Pod, podIP: string) => string>> = {
  'metadata.name': (pod) => pod.metadata.name,
  'metadata.namespace': (pod) => pod.metadata.namespace ?? 'default',
  'metadata.uid': (pod) => pod.metadata.uid ?? '',
  'spec.nodeName': (pod) => pod.spec.nodeName ?? '',
  'status.podIP': (_, podIP) => podIP,
  'status.hostIP': (pod) => pod.status?.hostIP ?? '',
};
