import type { Exec } from '../../core/exec.ts';
import type { K8sObject, Node, ObjectMeta, Pod, Service } from '../../core/k8s.ts';
import type { Kubectl } from '../../platform/kubectl.ts';
import type { ApiServer } from '../../profile/api-server.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { systemNamespace } from '../kind/context.ts';
import { findNodeContainers, type InsideNode, lookInside, type NodeContainers } from './node-containers.ts';
import { missingRights, rightsOf } from './rights.ts';

/** What a cluster is, as far as a lab depends on it. Nothing was made to learn it. */
export interface ClusterFacts {
  /** Where agents reach the API server without any Service. */
  readonly apiServer: ApiServer | undefined;
  readonly nodes: readonly ClusterNode[];
  readonly daemonSets: readonly WorkloadSet[];
  readonly deployments: readonly WorkloadSet[];
  readonly services: readonly Service[];
  readonly namespaces: readonly { readonly metadata: ObjectMeta }[];
  /** `mode` of kube-proxy's configuration, where it has one that says. */
  readonly kubeProxyMode: string | undefined;
  /** Pods with an address where no CNI is: what one before left behind. */
  readonly stranded: readonly Pod[];
  readonly nodeContainers: NodeContainers;
  /** Of nodes that can be looked into; empty elsewhere. */
  readonly inside: readonly InsideNode[];
}

/** More of a node than the datapath reads. */
export type ClusterNode = Omit<Node, 'status'> & {
  readonly status?: Node['status'] & {
    readonly nodeInfo?: {
      readonly architecture: string;
      readonly operatingSystem: string;
      readonly kernelVersion: string;
    };
    readonly images?: readonly { readonly names?: readonly string[] }[];
  };
};

export interface WorkloadSet {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly nodeSelector?: Readonly<Record<string, string>>;
        readonly volumes?: readonly { readonly hostPath?: { readonly path: string } }[];
      };
    };
  };
}

interface List<T> {
  readonly items: readonly T[];
}

/** Rights that are missing, or the facts: who may not list cannot be told what there is. */
export async function examineCluster(
  exec: Exec,
  kubectl: Kubectl,
  lab: Pick<ResolvedLab, 'ipam'>,
): Promise<{ readonly missing: readonly string[] } | { readonly facts: ClusterFacts }> {
  const missing = await missingRights(kubectl, rightsOf(lab));
  return missing.length > 0 ? { missing } : { facts: await gatherFacts(exec, kubectl) };
}

async function gatherFacts(exec: Exec, kubectl: Kubectl): Promise<ClusterFacts> {
  const [nodes, objects, namespaces, kubeProxyMode, pods] = await Promise.all([
    kubectl.json<List<ClusterNode>>(['get', 'nodes']),
    kubectl.json<List<K8sObject>>(['get', 'services,daemonsets,deployments', '--all-namespaces']),
    kubectl.json<List<{ metadata: ObjectMeta }>>(['get', 'namespaces']),
    proxyMode(kubectl),
    podsInNetwork(kubectl),
  ]);
  const ofKind = <T>(kind: string): readonly T[] =>
    objects.items.filter((object) => String(object.kind) === kind) as unknown as readonly T[];
  const nodeContainers = await findNodeContainers(exec, nodes.items as readonly Node[]);
  return {
    apiServer: await apiServerAddress(kubectl),
    nodes: nodes.items,
    daemonSets: ofKind('DaemonSet'),
    deployments: ofKind('Deployment'),
    services: ofKind('Service'),
    namespaces: namespaces.items,
    kubeProxyMode,
    stranded: namespaces.items.some(({ metadata }) => metadata.name === systemNamespace) ? [] : pods,
    nodeContainers,
    inside: await Promise.all(nodeContainers.containers.map((container) => lookInside(exec, container))),
  };
}

/** The API servers register themselves as endpoints of the Service `kubernetes`. */
async function apiServerAddress(kubectl: Kubectl): Promise<ApiServer | undefined> {
  const { items } = await kubectl.json<
    List<{
      readonly ports?: readonly { readonly port?: number }[];
      readonly endpoints?: readonly { readonly addresses: readonly string[] }[];
    }>
  >(['get', 'endpointslices', '--selector', 'kubernetes.io/service-name=kubernetes']);
  const host = items[0]?.endpoints?.[0]?.addresses[0];
  const port = items[0]?.ports?.[0]?.port;
  return host === undefined || port === undefined ? undefined : { host, port };
}

async function proxyMode(kubectl: Kubectl): Promise<string | undefined> {
  const { items } = await kubectl.json<List<{ readonly data?: Readonly<Record<string, string>> }>>([
    ...['get', 'configmaps', '--namespace', 'kube-system', '--field-selector', 'metadata.name=kube-proxy'],
  ]);
  return /^mode: *"?(\w*)"?/m.exec(items[0]?.data?.['config.conf'] ?? '')?.[1];
}

/** Pods that live in the pod network: they lose it when the lab goes. */
export async function podsInNetwork(kubectl: Kubectl): Promise<Pod[]> {
  const { items } = await kubectl.json<List<Pod>>(['get', 'pods', '--all-namespaces']);
  return items.filter(
    ({ spec, status }) =>
      spec.hostNetwork !== true && spec.nodeName !== undefined && status?.podIP !== undefined,
  );
}
