import { ExitCode } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { isPodReady, keyOf, type Node, type Pod } from '../../core/k8s.ts';
import { exec as realExec } from '../../platform/exec.ts';
import { kindNodes } from '../../platform/kind.ts';
import { kubectlFor } from '../../platform/kubectl.ts';
import { ciliumPrograms } from '../cilium/programs.ts';
import { podState } from '../objects/tables.ts';
import { type KindRecord, readRecord } from '../owner-record.ts';
import type { LabStatus } from '../status.ts';
import { agentPodsOf, isAgentPod } from './agent-pods.ts';
import { kubeconfigOf } from './context.ts';
import { kindNodeNames } from './node-names.ts';
import { kindRemains } from './teardown.ts';

interface Problem {
  readonly what: string;
  /** Only a new cluster brings it back. */
  readonly isLost: boolean;
}

export async function kindStatus(lab: string): Promise<LabStatus> {
  const record = await readRecord(lab);
  if (record?.runtime !== 'kind') {
    const left = await kindRemains(realExec, lab);
    return answer(
      lab,
      left.length === 0 ? 'none' : 'partial',
      left.map((what) => `left without a record: ${what}`),
    );
  }
  const problems = await kindProblems(realExec, record);
  const texts = problems.map(({ what }) => what);
  if (record.phase !== 'ready')
    return answer(lab, 'partial', [`its record says "${record.phase}"`, ...texts]);
  if (problems.some(({ isLost }) => isLost)) return answer(lab, 'partial', texts);
  return {
    ...answer(lab, problems.length === 0 ? 'healthy' : 'unhealthy', texts),
    ...partsOf(await objectsOf(realExec, lab)),
    ...(record.cilium && { programs: await ciliumPrograms(realExec, record.cilium.version) }),
  };
}

interface ClusterObjects {
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
}

export function partsOf({ nodes, pods }: ClusterObjects): Pick<LabStatus, 'nodes' | 'pods'> {
  return {
    nodes: nodes.map((node) => ({
      name: node.metadata.name,
      state: isNodeReady(node) ? 'Ready' : 'NotReady',
      detail: node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '',
    })),
    pods: pods.map((pod) => ({
      name: keyOf(pod),
      state: podState(pod),
      detail: `${isPodReady(pod) ? 'ready' : 'not ready'}${pod.status?.podIP === undefined ? '' : `, ${pod.status.podIP}`}`,
    })),
  };
}

/** What is not as `up` left it. */
export async function kindProblems(exec: Exec, record: KindRecord): Promise<Problem[]> {
  const { lab, resolved } = record;
  const containers = await kindNodes(exec, lab);
  const gone = kindNodeNames(resolved).flatMap((name): Problem[] => {
    const state = containers.find((container) => container.name === name)?.state;
    if (state === 'running') return [];
    return [
      { what: state === undefined ? `node ${name} has gone` : `node ${name} is ${state}`, isLost: true },
    ];
  });
  if (gone.length > 0) return gone;
  return unreadyParts(await objectsOf(exec, lab), agentPodsOf(record)).map((what) => ({
    what,
    isLost: false,
  }));
}

export function unreadyParts({ nodes, pods }: ClusterObjects, agents = agentPodsOf(undefined)): string[] {
  return [
    ...nodes.filter((node) => !isNodeReady(node)).map((node) => `node ${node.metadata.name} is not ready`),
    ...pods
      .filter((pod) => !isPodReady(pod) && pod.metadata.deletionTimestamp === undefined)
      .map((pod) => `pod ${keyOf(pod)} is ${podState(pod)}, not ready`),
    ...(pods.some((pod) => isAgentPod(pod, agents)) ? [] : ['no agent runs']),
  ];
}

async function objectsOf(exec: Exec, lab: string): Promise<ClusterObjects> {
  const kubectl = kubectlFor(exec, kubeconfigOf(lab));
  const list = async <T>(kind: string): Promise<readonly T[]> =>
    (await kubectl.json<{ items: readonly T[] }>(['get', kind, '--all-namespaces'])).items;
  const [nodes, pods] = await Promise.all([list<Node>('nodes'), list<Pod>('pods')]);
  return { nodes, pods };
}

const isNodeReady = (node: Node): boolean =>
  node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

const exitCodes = {
  healthy: ExitCode.ok,
  unhealthy: ExitCode.failure,
  partial: ExitCode.partial,
  none: ExitCode.notFound,
} as const;

export const answer = (lab: string, state: LabStatus['state'], problems: readonly string[]): LabStatus => ({
  lab,
  state,
  exitCode: exitCodes[state],
  nodes: [],
  pods: [],
  problems,
});
