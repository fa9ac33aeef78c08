import { failure, notFound } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import type { Ip4 } from '../../core/ip.ts';
import type { Node, Pod } from '../../core/k8s.ts';
import { type Container, listContainers } from '../../platform/docker.ts';
import { exec } from '../../platform/exec.ts';
import { kindNetwork } from '../../platform/kind.ts';
import { type Kubectl, kubectlFor } from '../../platform/kubectl.ts';
import { inContainer, type KindRuntime, openKindRuntime } from '../../runtime/kind/index.ts';
import type { LabNode } from '../../runtime/port.ts';
import { type KindRecord, readRecord } from '../owner-record.ts';
import { agentSet, kubeconfigOf, labLabel, systemNamespace } from './context.ts';
import { enterFromOutside } from './outside-cgroup.ts';
import { outsider } from './steps/outside.ts';

export interface OpenKindLab {
  readonly name: string;
  readonly resolved: KindRecord['resolved'];
  readonly record: KindRecord;
  readonly runtime: KindRuntime;
}

/** A lab on kind that was brought up. */
export async function openKindLab(name: string): Promise<OpenKindLab> {
  const record = await readRecord(name);
  if (record?.runtime !== 'kind') throw notFound('E_NO_LAB', `there is no lab ${name} on kind`);
  const kubeconfig = kubeconfigOf(name);
  const kubectl = kubectlFor(exec, kubeconfig);
  const [nodes, addresses] = await Promise.all([nodesOf(kubectl), addressesOf(exec, name, kindNetwork())]);
  // Loads the Kubernetes client, which most commands do not need before here.
  const { openClusterKube } = await import('../../platform/cluster-kube.ts');
  const runtime = openKindRuntime({
    name: 'kind',
    places: {
      lab: name,
      kubeconfig,
      atNode: async (node, file, args) => inContainer(node, file, args),
      roleContainer: (role) => outsider(name, role),
      outsideCgroup: (pod) => enterFromOutside(exec, kubectl, name, pod),
    },
    nodes,
    addresses,
    cluster: openClusterKube({ kubeconfig }),
    agentPod: (node) => agentPod(kubectl, node),
    exec,
  });
  return { name, resolved: record.resolved, record, runtime };
}

const controlPlane = 'node-role.kubernetes.io/control-plane';

export async function nodesOf(kubectl: Kubectl): Promise<LabNode[]> {
  const { items } = await kubectl.json<{ items: readonly Node[] }>(['get', 'nodes']);
  return items.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    role: metadata.labels !== undefined && controlPlane in metadata.labels ? 'control-plane' : 'worker',
    address: (status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '') as Ip4,
    podCIDR: spec.podCIDR ?? '',
  }));
}

/** Of the hosts outside that run. */
export async function addressesOf(
  exec: Exec,
  lab: string,
  network: string,
): Promise<Partial<Record<'client' | 'world', Ip4>>> {
  const containers = await listContainers(exec, [`${labLabel}=${lab}`]);
  const addressOf = (role: 'client' | 'world'): [string, Ip4][] => {
    const found: Container | undefined = containers.find(({ name }) => name === outsider(lab, role));
    const address = found?.addresses[network];
    return found?.state === 'running' && address !== undefined ? [[role, address as Ip4]] : [];
  };
  return Object.fromEntries([...addressOf('client'), ...addressOf('world')]);
}

export const agentPod = (kubectl: Kubectl, node: string): Promise<string> =>
  podOfSet(kubectl, agentSet, node);

/** The pod of one of our DaemonSets on a node. */
export async function podOfSet(kubectl: Kubectl, set: string, node: string): Promise<string> {
  const { items } = await kubectl.json<{ items: readonly Pod[] }>([
    ...['get', 'pods', '--namespace', systemNamespace, '--selector', `app.kubernetes.io/name=${set}`],
    ...['--field-selector', `spec.nodeName=${node},status.phase=Running`],
  ]);
  const name = items.find(({ metadata }) => metadata.deletionTimestamp === undefined)?.metadata.name;
  if (name === undefined) throw failure('E_NO_AGENT', `no pod of ${set} runs on node ${node}`);
  return `${systemNamespace}/${name}`;
}
