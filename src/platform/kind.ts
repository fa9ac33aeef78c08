import type { Exec } from '../core/exec.ts';
import { type Container, listContainers } from './docker.ts';

export interface KindCluster {
  readonly name: string;
  /** File with the cluster's configuration. */
  readonly config: string;
  /** File that gets the cluster's kubeconfig, and nothing else. */
  readonly kubeconfig: string;
}

/** The docker network that kind puts its nodes on. */
export const kindNetwork = (): string => process.env.KIND_EXPERIMENTAL_DOCKER_NETWORK ?? 'kind';

/** Label that kind gives to every container of a cluster. */
export const clusterLabel = 'io.x-k8s.kind.cluster';

const createLimitMs = 600_000;
const deleteLimitMs = 180_000;

/** Makes a cluster. A failure leaves what was made: the caller removes it. */
export async function createKindCluster(
  exec: Exec,
  cluster: KindCluster,
  signal: AbortSignal,
): Promise<void> {
  const { name, config, kubeconfig } = cluster;
  await exec(
    'kind',
    // Not --quiet: with it kind does not even say why it failed.
    ['create', 'cluster', '--name', name, '--config', config, '--kubeconfig', kubeconfig, '--retain'],
    { timeoutMs: createLimitMs, signal },
  );
}

/** Removes a cluster and its entries of one kubeconfig file; none of that name is no error. */
export async function deleteKindCluster(exec: Exec, name: string, kubeconfig: string): Promise<void> {
  await exec('kind', ['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig, '--quiet'], {
    timeoutMs: deleteLimitMs,
  });
}

/** Nodes of a cluster, running or not; without a load balancer, which is no node of Kubernetes. */
export async function kindNodes(exec: Exec, name: string): Promise<Container[]> {
  const found = await kindContainers(exec, name);
  return found.filter(({ labels }) => ['control-plane', 'worker'].includes(roleOf(labels)));
}

/** All containers of a cluster. */
export const kindContainers = (exec: Exec, name: string): Promise<Container[]> =>
  listContainers(exec, [`${clusterLabel}=${name}`]);

export const roleOf = (labels: Container['labels']): string => labels['io.x-k8s.kind.role'] ?? '';
