import type { ClusterSource } from '../core/cluster.ts';
import { notFound } from '../core/errors.ts';
import { type EndpointSlice, keyOf, type Pod, type Service, serviceNameLabel } from '../core/k8s.ts';
import { waitFor } from '../core/wait-for.ts';
import type { LabNode } from '../runtime/port.ts';

export interface SubjectPod {
  /** `namespace/name`, as runtime targets name it. */
  readonly key: string;
  readonly name: string;
  readonly node: string;
  readonly address: string;
}

export interface SubjectPort {
  readonly name: string;
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
  readonly targetPort: number;
  readonly nodePort: number;
}

export interface SubjectService {
  readonly key: string;
  readonly clusterIP: string;
  readonly ports: readonly SubjectPort[];
}

/** The parts of the demo that checks use. */
export interface Subjects {
  readonly nodes: readonly LabNode[];
  /** Ready backends of the demo Service, one per node where it is whole. They serve HTTP and echo. */
  readonly servers: readonly SubjectPod[];
  /** Pods beside the servers, on at least one node: traffic between two pods of one node needs them. */
  readonly neighbours: readonly SubjectPod[];
  readonly demo: SubjectService;
}

/** Names of the demo's ports, shared with templates/demo. */
export const demoPorts = { http: 'http', tcp: 'echo-tcp', udp: 'echo-udp' } as const;

const demoKey = 'default/demo';
const helloKey = 'default/hello';

const readyLimitMs = 30_000;

/**
 * Finds the demo in the cluster and waits until it is whole: a server on every node, and every pod of it
 * ready. Throws where a part stays missing: a check without its subject proves nothing.
 */
export async function findSubjects(
  cluster: ClusterSource,
  nodes: readonly LabNode[],
  { timeoutMs = readyLimitMs, signal }: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<Subjects> {
  return await waitFor('the demo to be ready', () => lookForSubjects(cluster, nodes), {
    timeoutMs,
    intervalMs: 100,
    fix: 'labctl get pods shows what runs; labctl apply -f templates/demo/ makes the demo',
    ...(signal === undefined ? {} : { signal }),
  });
}

async function lookForSubjects(
  cluster: ClusterSource,
  nodes: readonly LabNode[],
): Promise<{ readonly done: Subjects } | { readonly saw: string }> {
  const [services, slices, pods] = await Promise.all([
    cluster.list('Service'),
    cluster.list('EndpointSlice'),
    cluster.list('Pod'),
  ]);
  const service = services.find((candidate) => keyOf(candidate) === demoKey);
  const demo = service && subjectService(service, slices);
  if (demo === undefined) return { saw: `no Service ${demoKey} with a cluster address` };
  const lacking = Object.values(demoPorts).find((name) => !demo.ports.some((port) => port.name === name));
  if (lacking !== undefined) return { saw: `no port ${lacking} of Service ${demoKey}` };
  const servers = readyPods(demoKey, slices, pods);
  const neighbours = readyPods(helloKey, slices, pods);
  const bare = nodes.filter(({ name }) => !servers.some(({ node }) => node === name));
  if (bare.length > 0)
    return { saw: `no ready pod of ${demoKey} on ${bare.map(({ name }) => name).join(', ')}` };
  const waiting = pods.filter(
    (pod) =>
      ['demo', 'hello'].includes(pod.metadata.labels?.app ?? '') &&
      pod.metadata.deletionTimestamp === undefined &&
      ![...servers, ...neighbours].some(({ key }) => key === keyOf(pod)),
  );
  if (waiting.length > 0) return { saw: `not ready: ${waiting.map(keyOf).join(', ')}` };
  if (neighbours.length === 0) return { saw: `no ready pod of ${helloKey}` };
  return { done: { nodes, servers, neighbours, demo } };
}

export function portOf(service: SubjectService, name: string): SubjectPort {
  const port = service.ports.find((candidate) => candidate.name === name);
  if (port === undefined) throw notFound('E_NO_DEMO', `Service ${service.key} has no port ${name}`);
  return port;
}

function subjectService(service: Service, slices: readonly EndpointSlice[]): SubjectService | undefined {
  const { clusterIP, ports = [] } = service.spec;
  if (clusterIP === undefined || clusterIP === 'None') return undefined;
  const targets = slicesOf(keyOf(service), slices).flatMap((slice) => slice.ports ?? []);
  return {
    key: keyOf(service),
    clusterIP,
    ports: ports.map((port) => ({
      name: port.name ?? '',
      protocol: port.protocol === 'UDP' ? 'UDP' : 'TCP',
      port: port.port,
      // The Service may name it; the slice has the number.
      targetPort: targets.find(({ name }) => (name ?? '') === (port.name ?? ''))?.port ?? port.port,
      nodePort: port.nodePort ?? 0,
    })),
  };
}

/** Pods whose address a ready endpoint of the Service has, in the order of their nodes' names. */
function readyPods(service: string, slices: readonly EndpointSlice[], pods: readonly Pod[]): SubjectPod[] {
  const ready = new Set(
    slicesOf(service, slices)
      .flatMap(({ endpoints }) => endpoints)
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses }) => addresses),
  );
  return pods
    .flatMap((pod) => {
      const address = pod.status?.podIP;
      const node = pod.spec.nodeName;
      if (address === undefined || node === undefined || !ready.has(address)) return [];
      return [{ key: keyOf(pod), name: pod.metadata.name, node, address }];
    })
    .sort((a, b) => a.node.localeCompare(b.node) || a.name.localeCompare(b.name));
}

const slicesOf = (service: string, slices: readonly EndpointSlice[]): EndpointSlice[] =>
  slices.filter(({ metadata }) => `${metadata.namespace}/${metadata.labels?.[serviceNameLabel]}` === service);
