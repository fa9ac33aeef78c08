import type { Pod } from '../../../../src/core/k8s.ts';
import { sh } from '../../support/cli.ts';
import { inContainer, kindAddress } from '../../support/docker.ts';
import type { KindLab } from '../../support/kind-lab.ts';
import { containerOf } from '../../support/kind-stage.ts';
import { addressOf, nodeOf } from '../../support/lab.ts';
import type { End } from '../direct-link.ts';

/** Who plays in mutants of a lab on kind. Ends are namespaces of this machine: it has those of its containers too. */
export interface KindScene {
  readonly lab: KindLab;
  /** Where `client` runs. */
  readonly node: string;
  readonly nodeEnd: End;
  /** Its files, seen from this machine. */
  readonly nodeRoot: string;
  /** The pod that claims ask from first. */
  readonly client: Pod;
  /** The other pod that they ask from, on another node. */
  readonly otherClient: Pod;
  /** Servers beside `client` and on another node. */
  readonly near: Pod;
  readonly far: Pod;
  readonly podEnd: (pod: Pod) => Promise<End>;
  readonly roleEnd: (role: 'client' | 'world') => Promise<End>;
  readonly clusterIP: (service: string) => Promise<string>;
}

export async function kindScene(lab: KindLab): Promise<KindScene> {
  const [hello, demo] = await Promise.all([
    lab.pods('default', 'app=hello'),
    lab.pods('default', 'app=demo'),
  ]);
  const byNode = (a: Pod, b: Pod): number => nodeOf(a).localeCompare(nodeOf(b));
  const [client, otherClient] = [...hello].sort(byNode);
  const servers = [...demo].sort(byNode);
  const near = servers.find((pod) => client !== undefined && nodeOf(pod) === nodeOf(client));
  const far = servers.find((pod) => pod !== near);
  if (client === undefined || otherClient === undefined || near === undefined || far === undefined)
    throw new Error(`${lab.name}: the demo is not whole`);
  return {
    lab,
    node: nodeOf(client),
    nodeEnd: await containerEnd(nodeOf(client)),
    nodeRoot: `/proc/${await pidOf(nodeOf(client))}/root`,
    client,
    otherClient,
    near,
    far,
    podEnd: (pod) => podEnd(lab, pod),
    roleEnd: (role) => containerEnd(`labctl-${lab.name}-${role}`),
    clusterIP: (service) => lab.kubectl('get', 'service', service, '--output', 'jsonpath={.spec.clusterIP}'),
  };
}

const containerEnd = async (container: string): Promise<End> => ({
  netns: `/proc/${await pidOf(container)}/ns/net`,
  address: await kindAddress(container),
});

async function podEnd(lab: KindLab, pod: Pod): Promise<End> {
  const { node, container } = await containerOf(lab, `${pod.metadata.namespace}/${pod.metadata.name}`);
  const tasks = await inContainer(node, 'ctr', '--namespace', 'k8s.io', 'tasks', 'list');
  const pid = tasks
    .split('\n')
    .map((line) => line.split(/\s+/))
    .find(([task]) => task === container)?.[1];
  if (pid === undefined) throw new Error(`${pod.metadata.name} has no process on ${node}`);
  return { netns: `/proc/${await pidOf(node)}/root/proc/${pid}/ns/net`, address: addressOf(pod) };
}

const pidOf = async (container: string): Promise<string> =>
  (await sh('docker', 'inspect', '--format', '{{.State.Pid}}', container)).trim();
