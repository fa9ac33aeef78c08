import { createHash } from 'node:crypto';
import { type DaemonSet, type Deployment, isPodReady, type Node, type Pod } from '../core/k8s.ts';

export type Workload = DaemonSet | Deployment;

/** What must happen so that a workload has the pods that it asks for; none of it: nothing to do. */
export interface PodPlan {
  /** Nodes that get a new pod, one entry a pod. */
  readonly create: readonly string[];
  /** Names of pods that are to end. */
  readonly end: readonly string[];
}

/** Label that says from which version of the template a pod was made. */
export const templateLabel = 'pod-template-hash';
const controlPlaneLabel = 'node-role.kubernetes.io/control-plane';

export const templateHash = (workload: Workload): string =>
  createHash('sha256').update(JSON.stringify(workload.spec.template)).digest('hex').slice(0, 10);

export const isOwnedBy = (pod: Pod, workload: Workload): boolean =>
  pod.metadata.ownerReferences?.some((owner) => owner.uid === workload.metadata.uid) === true;

/** `pods` are those that the workload owns. Pods that are being ended count for nothing. */
export function planPods(workload: Workload, nodes: readonly Node[], pods: readonly Pod[]): PodPlan {
  const living = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const usable = nodes.filter((node) => node.spec.unschedulable !== true);
  const hash = templateHash(workload);
  return workload.kind === 'DaemonSet'
    ? planDaemonSet(hash, usable, living)
    : planDeployment(hash, workload.spec.replicas ?? 1, usable, living);
}

/** One pod on every node. Of an older template one is replaced at a time, while all others serve. */
function planDaemonSet(hash: string, nodes: readonly Node[], pods: readonly Pod[]): PodPlan {
  const names = nodes.map((node) => node.metadata.name).sort();
  const on = (node: string): Pod[] => pods.filter((pod) => pod.spec.nodeName === node);
  const create = names.filter((node) => on(node).length === 0);
  const surplus = names.flatMap((node) => on(node).sort(byAge).slice(1));
  const homeless = pods.filter((pod) => !names.includes(pod.spec.nodeName ?? ''));
  const outdated = pods.filter((pod) => !isOf(hash, pod));
  const replaceable =
    create.length === 0 && pods.filter((pod) => isOf(hash, pod)).every(isPodReady) ? outdated : [];
  return { create, end: namesOf([...surplus, ...homeless, ...replaceable.sort(byAge).slice(0, 1)]) };
}

/** Spread over nodes. New versions are made beside old ones, which go when the new ones are ready. */
function planDeployment(
  hash: string,
  replicas: number,
  nodes: readonly Node[],
  pods: readonly Pod[],
): PodPlan {
  const current = pods.filter((pod) => isOf(hash, pod));
  const outdated = pods.filter((pod) => !isOf(hash, pod));
  if (current.length < replicas) {
    return { create: spread(replicas - current.length, nodes, current), end: [] };
  }
  const surplus = [...current].sort(lessNeeded).slice(0, current.length - replicas);
  const kept = current.filter((pod) => !surplus.includes(pod));
  return { create: [], end: namesOf([...surplus, ...(kept.every(isPodReady) ? outdated : [])]) };
}

/** The node with the fewest pods of the workload gets the next one; of equal ones a worker. */
function spread(count: number, nodes: readonly Node[], pods: readonly Pod[]): string[] {
  const chosen: string[] = [];
  const load = (name: string): number =>
    pods.filter((pod) => pod.spec.nodeName === name).length + chosen.filter((each) => each === name).length;
  const rank = (node: Node): number => (node.metadata.labels?.[controlPlaneLabel] === undefined ? 0 : 1);
  for (let i = 0; i < count; i++) {
    const [first] = [...nodes].sort(
      (a, b) =>
        load(a.metadata.name) - load(b.metadata.name) ||
        rank(a) - rank(b) ||
        a.metadata.name.localeCompare(b.metadata.name),
    );
    if (first !== undefined) chosen.push(first.metadata.name);
  }
  return chosen;
}

const isOf = (hash: string, pod: Pod): boolean => pod.metadata.labels?.[templateLabel] === hash;
const namesOf = (pods: readonly Pod[]): string[] => [...new Set(pods.map((pod) => pod.metadata.name))];
const created = (pod: Pod): string => pod.metadata.creationTimestamp ?? '';
const byAge = (a: Pod, b: Pod): number =>
  created(a).localeCompare(created(b)) || a.metadata.name.localeCompare(b.metadata.name);
/** First to go: not ready, then the youngest. */
const lessNeeded = (a: Pod, b: Pod): number => Number(isPodReady(a)) - Number(isPodReady(b)) || byAge(b, a);
