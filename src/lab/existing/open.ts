import { notFound } from '../../core/errors.ts';
import { exec } from '../../platform/exec.ts';
import { kubectlFor } from '../../platform/kubectl.ts';
import { inPod, type KindRuntime, openKindRuntime } from '../../runtime/kind/index.ts';
import { kubeconfigOf } from '../kind/context.ts';
import { addressesOf, agentPod, nodesOf, podOfSet } from '../kind/open.ts';
import { enterFromOutside } from '../kind/outside-cgroup.ts';
import { outsider } from '../kind/steps/outside.ts';
import type { ExistingRecord } from '../owner-record.ts';
import { toolsSet } from './context.ts';
import { existingRecord } from './prepare.ts';

export interface OpenExistingLab {
  readonly name: string;
  readonly resolved: ExistingRecord['resolved'];
  readonly record: ExistingRecord;
  readonly runtime: KindRuntime;
}

/** A lab in a cluster that existed. Programs at a node run in a pod of its network: nodes may be anywhere. */
export async function openExistingLab(name: string): Promise<OpenExistingLab> {
  const record = await existingRecord(name);
  if (record === undefined) throw notFound('E_NO_LAB', `there is no lab ${name} in an existing cluster`);
  const kubeconfig = kubeconfigOf(name);
  const kubectl = kubectlFor(exec, kubeconfig);
  const isLocal = record.network !== '';
  const [nodes, addresses] = await Promise.all([
    nodesOf(kubectl),
    isLocal ? addressesOf(exec, name, record.network) : {},
  ]);
  const toolsPods = new Map<string, Promise<string>>();
  const toolsPod = (node: string): Promise<string> => {
    const pod = toolsPods.get(node) ?? podOfSet(kubectl, toolsSet, node);
    toolsPods.set(node, pod);
    return pod;
  };
  // Loads the Kubernetes client, which most commands do not need before here.
  const { openClusterKube } = await import('../../platform/cluster-kube.ts');
  const runtime = openKindRuntime({
    name: 'existing',
    places: {
      lab: name,
      kubeconfig,
      atNode: async (node, file, args) => inPod(kubeconfig, await toolsPod(node), file, args),
      ...(isLocal
        ? {
            roleContainer: (role: 'client' | 'world') => outsider(name, role),
            outsideCgroup: (pod: string) => enterFromOutside(exec, kubectl, name, pod),
          }
        : {}),
    },
    nodes,
    addresses,
    cluster: openClusterKube({ kubeconfig }),
    agentPod: (node) => agentPod(kubectl, node),
    exec,
  });
  return { name, resolved: record.resolved, record, runtime };
}
