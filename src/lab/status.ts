import { ExitCode } from '../core/errors.ts';
import { isPodReady, keyOf } from '../core/k8s.ts';
import { execLean } from '../platform/exec-lean.ts';
import { agentUnreadiness, runningAgent } from '../platform/node-agent.ts';
import { brokenParts } from './health.ts';
import { podState } from './objects/tables.ts';
import { openLab } from './open.ts';
import { currentBootId, readOwnerRecord } from './owner-record.ts';
import { remains } from './teardown.ts';

export interface PartStatus {
  readonly name: string;
  readonly state: string;
  readonly detail: string;
}
export interface LabStatus {
  readonly lab: string;
  /** `partial`: an `up` or `down` ended early, or things are left without a record. */
  readonly state: 'healthy' | 'unhealthy' | 'partial' | 'none';
  readonly exitCode: number;
  readonly nodes: readonly PartStatus[];
  readonly pods: readonly PartStatus[];
  /** Programs that ask and test the lab beside labctl, where there are any. */
  readonly programs?: readonly PartStatus[];
  readonly problems: readonly string[];
}

const exitCodes = {
  healthy: ExitCode.ok,
  unhealthy: ExitCode.failure,
  partial: ExitCode.partial,
  none: ExitCode.notFound,
} as const;

export async function labStatus(name: string): Promise<LabStatus> {
  const record = await readOwnerRecord(name);
  if (record === undefined) {
    const left = await remains({ lab: name, exec: execLean });
    if (left.length === 0) return answer(name, 'none', [`there is no lab ${name}`]);
    return answer(
      name,
      'partial',
      left.map((what) => `left without a record: ${what}`),
    );
  }
  if (record.bootId !== currentBootId()) {
    return answer(name, 'partial', [
      'the machine was restarted: only the record is left; labctl up makes it anew',
    ]);
  }
  const problems = (await brokenParts(record)).map((part) => part.what);
  if (record.phase !== 'ready') {
    return answer(name, 'partial', [`its record says "${record.phase}"`, ...problems]);
  }
  const { runtime, store } = await openLab(name);
  const nodes = await Promise.all(runtime.nodes.map((node) => nodeStatus(name, node.name, node.address)));
  const pods = (await store.list('Pod')).map((pod) => ({
    name: keyOf(pod),
    state: podState(pod),
    detail: `${isPodReady(pod) ? 'ready' : 'not ready'}${pod.status?.podIP === undefined ? '' : `, ${pod.status.podIP}`}`,
    isFine: isPodReady(pod) || pod.metadata.deletionTimestamp !== undefined,
  }));
  const unready = pods
    .filter((pod) => !pod.isFine)
    .map((pod) => `pod ${pod.name} is ${pod.state}, not ready`);
  const all = [...problems, ...unready];
  return {
    ...answer(name, all.length === 0 ? 'healthy' : 'unhealthy', all),
    nodes,
    pods: pods.map(({ isFine: _, ...pod }) => pod),
  };
}

async function nodeStatus(lab: string, node: string, address: string): Promise<PartStatus> {
  const agent = await runningAgent({ lab, node });
  if (agent === undefined) return { name: node, state: 'NotReady', detail: `${address}, no agent` };
  const reason = await agentUnreadiness({ lab, node });
  const detail = `${address}, agent ${agent.pid}${reason === undefined ? '' : `: ${reason}`}`;
  return { name: node, state: reason === undefined ? 'Ready' : 'NotReady', detail };
}

const answer = (lab: string, state: LabStatus['state'], problems: readonly string[]): LabStatus => ({
  lab,
  state,
  exitCode: exitCodes[state],
  nodes: [],
  pods: [],
  problems: state === 'none' ? [] : problems,
});
