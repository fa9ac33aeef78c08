import { isIp4 } from '../../core/ip.ts';
import type { Kind } from '../../core/k8s.ts';
import { nearestWord } from '../../core/nearest-word.ts';
import { kindFiles, kinds } from '../../platform/cluster-files.ts';

/** What is wrong with one field of an object. */
export interface FieldProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly allowed?: string;
  readonly suggestion?: string;
}

type Json = Readonly<Record<string, unknown>>;
type Report = (path: readonly (string | number)[], message: string, allowed?: string) => void;
/** Names of the cluster's nodes; undefined: any may be meant. */
type Nodes = readonly string[] | undefined;

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** Labels joined by dots. Kubernetes takes 253 characters; here names are also those of files. */
const subdomain = /^(?=.{1,128}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const portName = /^(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/;
const protocols = ['TCP', 'UDP', 'SCTP'];
const serviceTypes = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'];
/** Nodes and their networks are made by `up`. */
const applicable = kinds.filter((kind): kind is Exclude<Kind, 'Node'> => kind !== 'Node');

/** All problems of something that is to be applied; none means that it has the shape of its kind. */
export function validateObject(value: unknown, nodes?: Nodes): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const report: Report = (path, message, allowed) =>
    problems.push({ path, message, ...(allowed === undefined ? {} : { allowed }) });
  if (!isObject(value)) {
    report([], 'is not an object', 'a Kubernetes object with apiVersion, kind and metadata');
    return problems;
  }
  const kind = applicable.find((candidate) => candidate === value.kind);
  if (kind === undefined) {
    return [kindProblem(value)];
  }
  if (value.apiVersion !== kindFiles[kind].apiVersion) {
    report(['apiVersion'], `${kind} has another apiVersion`, kindFiles[kind].apiVersion);
  }
  checkMetadata(value.metadata, kind === 'Service' ? label : subdomain, report);
  bodyChecks[kind](value, report, nodes);
  return problems;
}

function kindProblem({ kind, items }: Json): FieldProblem {
  if (kind === undefined) return { path: ['kind'], message: 'is missing', allowed: applicable.join(', ') };
  if (kind === 'List') {
    const message = items === undefined ? 'is missing' : 'is not a list';
    return { path: ['items'], message, allowed: 'a list of objects' };
  }
  const suggestion = nearestWord(String(kind), applicable);
  return {
    path: ['kind'],
    message: `an embedded lab has no kind ${JSON.stringify(kind)} to apply`,
    allowed: applicable.join(', '),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function checkMetadata(metadata: unknown, name: RegExp, report: Report): void {
  if (!isObject(metadata)) {
    report(['metadata'], 'is missing', 'a mapping with a name');
    return;
  }
  if (!matches(metadata.name, name)) {
    const allowed = name === label ? 'at most 63 characters' : 'dots between them, at most 128 characters';
    report(['metadata', 'name'], 'is not a name', `lower-case letters, digits and -, ${allowed}`);
  }
  if (metadata.namespace !== undefined && !matches(metadata.namespace, label)) {
    report(['metadata', 'namespace'], 'is not a DNS label', 'lower-case letters, digits and -');
  }
  if (metadata.labels !== undefined && !isTextMap(metadata.labels)) {
    report(['metadata', 'labels'], 'is not a map of texts');
  }
}

type BodyCheck = (value: Json, report: Report, nodes: Nodes) => void;
const bodyChecks: { readonly [kind in (typeof applicable)[number]]: BodyCheck } = {
  Service: (value, report) => checkService(value.spec, report),
  EndpointSlice: checkSlice,
  DaemonSet: (value, report, nodes) => checkWorkload(value.spec, report, nodes),
  Deployment: (value, report, nodes) => {
    checkWorkload(value.spec, report, nodes);
    const replicas = isObject(value.spec) ? value.spec.replicas : undefined;
    if (replicas !== undefined && !isCount(replicas)) {
      report(['spec', 'replicas'], 'is not a number of replicas', '0 or more');
    }
  },
  Pod: (value, report, nodes) => checkPodSpec(value.spec, ['spec'], report, nodes),
};

function checkService(spec: unknown, report: Report): void {
  if (!isObject(spec)) {
    report(['spec'], 'is missing');
    return;
  }
  if (spec.type !== undefined && !serviceTypes.includes(String(spec.type))) {
    report(['spec', 'type'], 'is not a type of Service', serviceTypes.join(', '));
  }
  const { clusterIP } = spec;
  if (clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None' && !isIp4(String(clusterIP))) {
    report(['spec', 'clusterIP'], 'is not an address', 'an IPv4 address or None');
  }
  if (spec.selector !== undefined && !isTextMap(spec.selector)) {
    report(['spec', 'selector'], 'is not a map of texts');
  }
  asList(spec.externalIPs).forEach((address, index) => {
    if (!isIp4(String(address))) report(['spec', 'externalIPs', index], 'is not an IPv4 address');
  });
  const ports = asList(spec.ports);
  if (ports.length === 0 && spec.type !== 'ExternalName' && clusterIP !== 'None') {
    report(['spec', 'ports'], 'a Service needs a port');
  }
  ports.forEach((port, index) => {
    checkServicePort(port, ['spec', 'ports', index], ports.length > 1, report);
  });
  checkUnique(ports, (port) => `${port.protocol ?? 'TCP'}/${port.port}`, ['spec', 'ports'], report);
  checkUnique(ports, (port) => port.name, ['spec', 'ports'], report);
}

function checkServicePort(
  port: unknown,
  path: readonly (string | number)[],
  needsName: boolean,
  report: Report,
): void {
  if (!isObject(port)) {
    report(path, 'is not a port');
    return;
  }
  if (!isPort(port.port)) report([...path, 'port'], 'is not a port number', '1-65535');
  if (port.targetPort !== undefined && !isPort(port.targetPort) && !matches(port.targetPort, portName)) {
    report([...path, 'targetPort'], 'is neither a port number nor the name of one');
  }
  if (port.nodePort !== undefined && !isPort(port.nodePort)) {
    report([...path, 'nodePort'], 'is not a port number', '1-65535');
  }
  if (port.protocol !== undefined && !protocols.includes(String(port.protocol))) {
    report([...path, 'protocol'], 'is not a protocol', protocols.join(', '));
  }
  if (needsName && !matches(port.name, label)) {
    report([...path, 'name'], 'every port needs a name where there are several');
  }
}

function checkSlice(value: Json, report: Report): void {
  if (value.addressType !== 'IPv4') report(['addressType'], 'is not supported', 'IPv4');
  if (!Array.isArray(value.endpoints)) {
    report(['endpoints'], 'is not a list');
    return;
  }
  value.endpoints.forEach((endpoint: unknown, index) => {
    const addresses = isObject(endpoint) ? asList(endpoint.addresses) : [];
    if (addresses.length === 0 || !addresses.every((address) => isIp4(String(address)))) {
      report(['endpoints', index, 'addresses'], 'needs IPv4 addresses');
    }
  });
}

function checkWorkload(spec: unknown, report: Report, nodes: Nodes): void {
  if (!isObject(spec)) {
    report(['spec'], 'is missing');
    return;
  }
  const selector = isObject(spec.selector) ? spec.selector.matchLabels : undefined;
  const template = isObject(spec.template) ? spec.template : undefined;
  if (!isTextMap(selector) || Object.keys(selector).length === 0) {
    report(['spec', 'selector', 'matchLabels'], 'is missing', 'the labels of the template');
  }
  if (template === undefined) {
    report(['spec', 'template'], 'is missing');
    return;
  }
  const labels = isObject(template.metadata) ? template.metadata.labels : undefined;
  if (isTextMap(selector) && !(isTextMap(labels) && isSubset(selector, labels))) {
    report(['spec', 'template', 'metadata', 'labels'], 'the selector does not match them');
  }
  checkPodSpec(template.spec, ['spec', 'template', 'spec'], report, nodes);
}

function checkPodSpec(spec: unknown, path: readonly (string | number)[], report: Report, nodes: Nodes): void {
  const nodeName = isObject(spec) ? spec.nodeName : undefined;
  if (nodeName !== undefined && !(typeof nodeName === 'string' && (nodes?.includes(nodeName) ?? true))) {
    report([...path, 'nodeName'], 'is not a node of this lab', nodes?.join(', '));
  }
  const containers = isObject(spec) ? asList(spec.containers) : [];
  if (containers.length === 0) report([...path, 'containers'], 'needs a container');
  containers.forEach((container, index) => {
    const at = [...path, 'containers', index];
    if (!isObject(container)) {
      report(at, 'is not a container');
      return;
    }
    if (!matches(container.name, label)) report([...at, 'name'], 'is not a DNS label');
    if (typeof container.image !== 'string') report([...at, 'image'], 'is missing');
  });
}

function checkUnique(
  ports: readonly unknown[],
  key: (port: Json) => unknown,
  path: readonly (string | number)[],
  report: Report,
): void {
  const seen = new Set<unknown>();
  ports.forEach((port, index) => {
    const value = isObject(port) ? key(port) : undefined;
    if (value !== undefined && seen.has(value)) report([...path, index], `${String(value)} is there twice`);
    seen.add(value);
  });
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTextMap = (value: unknown): value is Readonly<Record<string, string>> =>
  isObject(value) && Object.values(value).every((each) => typeof each === 'string');
const isSubset = (part: Readonly<Record<string, string>>, whole: Readonly<Record<string, string>>): boolean =>
  Object.entries(part).every(([key, value]) => whole[key] === value);
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const matches = (value: unknown, pattern: RegExp): boolean =>
  typeof value === 'string' && pattern.test(value);
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const isPort = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65535;
