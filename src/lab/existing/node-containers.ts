import type { Exec } from '../../core/exec.ts';
import type { Node } from '../../core/k8s.ts';
import { cniConfiguration } from '../../core/names.ts';
import { type Container, execIn, listContainers } from '../../platform/docker.ts';
import { clusterLabel } from '../../platform/kind.ts';
import { isInPath } from '../preflight.ts';

/** The nodes of a cluster as containers of this machine's engine. */
export interface NodeContainers {
  /** In the order of the nodes; empty where not every node is one. */
  readonly containers: readonly Container[];
  /** The engine's network that they share. */
  readonly network: string;
}

const none: NodeContainers = { containers: [], network: '' };

/** A container is a node when it has both its name and its address: names alone repeat. */
export async function findNodeContainers(exec: Exec, nodes: readonly Node[]): Promise<NodeContainers> {
  if (!isInPath('docker')) return none;
  const { exitCode } = await exec('docker', ['version', '--format', '{{.Server.Version}}'], {
    allowFailure: true,
  });
  if (exitCode !== 0) return none;
  const candidates = await listContainers(exec, [clusterLabel]);
  const containers = nodes.flatMap((node) => {
    const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
    return candidates.filter(
      ({ name, addresses }) => name === node.metadata.name && Object.values(addresses).includes(address),
    );
  });
  const [network] = Object.keys(containers[0]?.addresses ?? {});
  return containers.length === nodes.length && network !== undefined ? { containers, network } : none;
}

/** What only a look into a node tells. */
export interface InsideNode {
  readonly name: string;
  readonly hasBpffs: boolean;
  /** CNI configurations that the kubelet would take, ours left out. */
  readonly cniFiles: readonly string[];
}

export async function lookInside(exec: Exec, { name }: Container): Promise<InsideNode> {
  const node = execIn(exec, name);
  const [mounts, files] = await Promise.all([
    node('cat', ['/proc/mounts']),
    node('ls', ['/etc/cni/net.d'], { allowFailure: true }),
  ]);
  return {
    name,
    hasBpffs: /^\S+ \/sys\/fs\/bpf bpf /m.test(mounts.stdout),
    cniFiles: files.stdout
      .split('\n')
      .filter((file) => /\.(conf|conflist|json)$/.test(file) && file !== cniConfiguration),
  };
}
