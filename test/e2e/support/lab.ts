import { join } from 'node:path';
import type { Report } from '../../../src/checks/report/report.ts';
import type { Node, Pod, Service } from '../../../src/core/k8s.ts';
import { nodeNamespace, podNamespace, roleNamespace } from '../../../src/core/names.ts';
import { nodePaths } from '../../../src/core/paths.ts';
import type { ProfileName } from '../../../src/profile/profile.ts';
import { labctl, labctlJson, labctlWith, sh } from './cli.ts';

/** A lab that is up, as somebody with plain tools sees it. */
export interface LiveLab {
  readonly name: string;
  readonly profile: ProfileName;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
}

export const profiles: readonly ProfileName[] = ['kube-proxy', 'kpr', 'ebpf'];

export async function upLab(
  name: string,
  profile: ProfileName,
  ...flags: readonly string[]
): Promise<LiveLab> {
  const result = await labctl('up', '--runtime', 'netns', '--profile', profile, '--name', name, ...flags);
  if (result.code !== 0) throw new Error(`up: exit ${result.code}\n${result.stdout}${result.stderr}`);
  return await look(name, profile);
}

export async function look(name: string, profile: ProfileName): Promise<LiveLab> {
  const list = async <T>(kind: string): Promise<T[]> => {
    const { items } = await labctlJson<{ items: T[] }>('get', kind, '--name', name);
    return items;
  };
  const nodes = await list<Node>('nodes');
  const pods = await list<Pod>('pods');
  const services = await list<Service>('services');
  return { name, profile, nodes, pods, services };
}

export async function downLab(name: string): Promise<void> {
  const result = await labctl('down', '--name', name);
  if (result.code !== 0) throw new Error(`down: exit ${result.code}\n${result.stdout}${result.stderr}`);
}

/** Wide: each check has a limit of its own. */
const verifyLimitMs = 300_000;

/** Runs `verify`; a red check is a result, not an exception. */
export async function verifyLab(name: string, ...flags: readonly string[]): Promise<Report> {
  const limits = { limitMs: verifyLimitMs };
  const result = await labctlWith(limits, 'verify', '--name', name, ...flags, '-o', 'json');
  if (result.code !== 0 && result.code !== 3)
    throw new Error(`verify: exit ${result.code}\n${result.stderr}`);
  return JSON.parse(result.stdout) as Report;
}

/** Red checks with their reasons: what a failing test should show. */
export const redOf = (report: Report): string[] =>
  report.checks
    .filter(({ status }) => status !== 'passed')
    .map(({ id, status, reason = '' }) => `${id} ${status}: ${reason}`);

export const inNamespace = (namespace: string, ...argv: readonly string[]): Promise<string> =>
  sh('nsenter', `--net=/run/netns/${namespace}`, '--', ...argv);
export const inNode = (node: string, ...argv: readonly string[]): Promise<string> =>
  inNamespace(nodeNamespace(node), ...argv);
export const inPod = ({ name }: LiveLab, pod: Pod, ...argv: readonly string[]): Promise<string> =>
  inNamespace(podNamespace(name, pod.metadata.namespace ?? 'default', pod.metadata.name), ...argv);
export const inRole = (
  { name }: LiveLab,
  role: 'fabric' | 'client' | 'world',
  ...argv: readonly string[]
): Promise<string> => inNamespace(roleNamespace(name, role), ...argv);

/** A pinned map of a node. */
export const mapPin = ({ name }: LiveLab, node: string, map: string): string =>
  join(nodePaths(name, node).pins, 'maps', map);
export const linksOf = ({ name }: LiveLab, node: string): string => join(nodePaths(name, node).pins, 'links');

export function podOn(lab: LiveLab, workload: string, node?: string): Pod {
  const pod = lab.pods.find(
    ({ metadata, spec }) =>
      metadata.name.startsWith(`${workload}-`) && (node === undefined || spec.nodeName === node),
  );
  if (pod === undefined) throw new Error(`no pod of ${workload} on ${node ?? 'any node'}`);
  return pod;
}

export const nodeOf = (pod: Pod): string => pod.spec.nodeName ?? '';
export const addressOf = (pod: Pod): string => pod.status?.podIP ?? '';
export function nodeAddress(lab: LiveLab, node: string): string {
  const found = lab.nodes.find(({ metadata }) => metadata.name === node);
  return found?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
}
export function clusterIP(lab: LiveLab, service: string): string {
  return lab.services.find(({ metadata }) => metadata.name === service)?.spec.clusterIP ?? '';
}
