import { contains, parseCidr4, parseIp4 } from '../../core/ip.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { labLabel, systemNamespace } from '../kind/context.ts';
import type { LabImage } from '../kind/images.ts';
import type { ClusterFacts, ClusterNode, WorkloadSet } from './facts.ts';

/** Why a cluster does not take a lab, and what mends it. */
export interface Refusal {
  readonly what: string;
  readonly fix: string;
}

export interface Question {
  readonly lab: ResolvedLab;
  readonly facts: ClusterFacts;
  readonly images: readonly Pick<LabImage, 'reference'>[];
}

/** One need of a lab. `judge` answers nothing where it is met. */
export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly need: string;
  readonly judge: (question: Question) => readonly Refusal[];
}

const oldestKernel: readonly [number, number] = [6, 1];

export const rules: readonly Rule[] = [
  {
    id: 'cni',
    title: "the nodes' CNI slot is free",
    need: 'one plug-in gives pods their network: this one',
    judge: ({ facts, lab }) => [...foreignCni(facts), ...(isOurs(facts, lab) ? [] : readyNodes(facts))],
  },
  {
    id: 'nodes',
    title: 'every node answers and waits for a network only',
    need: 'the agent runs on every node',
    judge: ({ facts }) => facts.nodes.flatMap(unfitNode),
  },
  {
    id: 'kube-proxy',
    title: 'kube-proxy is there exactly when the profile wants it',
    need: 'two of them would translate every Service twice, none not at all',
    judge: ({ facts, lab }) => contradictingProxy(facts, lab),
  },
  {
    id: 'bpffs',
    title: 'bpffs is mounted at /sys/fs/bpf of every node',
    need: 'pins keep the datapath alive when an agent dies; no pod but a privileged one can mount it',
    judge: ({ facts }) =>
      facts.inside
        .filter(({ hasBpffs }) => !hasBpffs)
        .map(({ name }) => ({
          what: `node ${name} has no BPF file system at /sys/fs/bpf`,
          fix: `docker exec ${name} mount -t bpf bpf /sys/fs/bpf`,
        })),
  },
  {
    id: 'addresses',
    title: "the cluster's networks are those of the lab",
    need: 'the datapath tells pods, Services and the world apart by address',
    judge: ({ facts, lab }) => [...foreignPodNetworks(facts, lab), ...foreignServiceNetwork(facts, lab)],
  },
  {
    id: 'names',
    title: 'names and ports of the lab are free',
    need: 'nothing of anybody else is replaced',
    judge: ({ facts, lab }) => [...takenNamespace(facts, lab), ...takenByDemo(facts, lab)],
  },
  {
    id: 'images',
    title: 'images reach the nodes',
    need: 'they are built here, not published',
    judge: ({ facts, lab, images }) => unreachableImages(facts, lab, images),
  },
];

/** Whether the lab's agents are what holds the CNI slot. */
export const isOurs = ({ namespaces }: ClusterFacts, { name }: Pick<ResolvedLab, 'name'>): boolean =>
  namespaces.some(
    ({ metadata }) => metadata.name === systemNamespace && metadata.labels?.[labLabel] === name,
  );

const placeOf = ({ metadata }: WorkloadSet): string => `${metadata.namespace}/${metadata.name}`;

/** Whoever installs a CNI plug-in mounts the directory that kubelets read. */
function foreignCni({ daemonSets, inside }: ClusterFacts): Refusal[] {
  const installers = daemonSets.filter(
    ({ metadata, spec }) =>
      metadata.namespace !== systemNamespace &&
      spec.template.spec.volumes?.some(
        ({ hostPath }) => hostPath?.path.startsWith('/etc/cni/net.d') === true,
      ),
  );
  return [
    ...installers.map((set) => ({
      what: `DaemonSet ${placeOf(set)} is the cluster's CNI`,
      fix: 'take a cluster without one (kind: networking.disableDefaultCNI), or remove it with its files and pods',
    })),
    ...inside
      .filter(({ cniFiles }) => cniFiles.length > 0)
      .map(({ name, cniFiles }) => ({
        what: `node ${name} has a CNI configuration: ${cniFiles.join(', ')}`,
        fix: `remove /etc/cni/net.d/${cniFiles[0]} on it when nothing uses it any more`,
      })),
  ];
}

const readyOf = ({ status }: ClusterNode) => status?.conditions?.find(({ type }) => type === 'Ready');

/** A kubelet without a CNI is not ready: one that is has a network from somewhere. */
const readyNodes = ({ nodes, inside }: ClusterFacts): Refusal[] =>
  nodes
    .filter(
      (node) => readyOf(node)?.status === 'True' && !inside.some(({ name }) => name === node.metadata.name),
    )
    .map(({ metadata }) => ({
      what: `node ${metadata.name} is ready without labctl: something gives its pods a network`,
      fix: 'take a cluster without a CNI, or remove its configuration in /etc/cni/net.d of every node',
    }));

function unfitNode(node: ClusterNode): Refusal[] {
  const { name } = node.metadata;
  const ready = readyOf(node);
  const { nodeInfo } = node.status ?? {};
  const [major = 0, minor = 0] = (nodeInfo?.kernelVersion ?? '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  const waitsForNetwork = /cni|NetworkPluginNotReady|network plugin/i.test(ready?.message ?? '');
  return [
    ...(ready?.status === 'True' || (ready?.status === 'False' && waitsForNetwork)
      ? []
      : [
          {
            what: `node ${name} is not ready: ${ready?.message ?? 'no state yet'}`,
            fix: `kubectl describe node ${name}`,
          },
        ]),
    ...(nodeInfo === undefined ||
    (nodeInfo.operatingSystem === 'linux' && nodeInfo.architecture === architecture)
      ? []
      : [
          {
            what: `node ${name} runs ${nodeInfo.operatingSystem} on ${nodeInfo.architecture}`,
            fix: `images are built here, for linux on ${architecture}: run labctl on a machine like the nodes`,
          },
        ]),
    ...(nodeInfo === undefined ||
    major > oldestKernel[0] ||
    (major === oldestKernel[0] && minor >= oldestKernel[1])
      ? []
      : [
          {
            what: `node ${name} has kernel ${nodeInfo.kernelVersion}`,
            fix: `the datapath needs ${oldestKernel.join('.')} or newer`,
          },
        ]),
  ];
}

const architecture = process.arch === 'x64' ? 'amd64' : process.arch;

function contradictingProxy({ daemonSets, kubeProxyMode, nodes }: ClusterFacts, lab: ResolvedLab): Refusal[] {
  const proxy = daemonSets.find(
    (set) =>
      (set.metadata.name === 'kube-proxy' || set.metadata.labels?.['k8s-app'] === 'kube-proxy') &&
      isWanted(set, nodes),
  );
  const wanted = lab.kubeProxyMode !== 'none';
  if (proxy === undefined) {
    if (!wanted) return [];
    return [
      {
        what: `profile ${lab.profile} needs kube-proxy, and the cluster has none`,
        fix: '--profile kpr or ebpf',
      },
    ];
  }
  if (!wanted) {
    return [
      {
        what: `DaemonSet ${placeOf(proxy)} translates Services, and profile ${lab.profile} does so itself`,
        fix: '--profile kube-proxy, or a cluster without kube-proxy (kind: networking.kubeProxyMode none)',
      },
    ];
  }
  if (['', 'iptables', undefined].includes(kubeProxyMode)) return [];
  return [
    {
      what: `kube-proxy runs in mode ${kubeProxyMode}, and the profile proves mode iptables`,
      fix: 'set mode: iptables in ConfigMap kube-system/kube-proxy, and restart its pods',
    },
  ];
}

/** By its selector: what it tolerates does not count, for a network takes the taint off the nodes. */
function isWanted({ spec }: WorkloadSet, nodes: readonly ClusterNode[]): boolean {
  const selector = Object.entries(spec.template.spec.nodeSelector ?? {});
  return nodes.some(({ metadata }) => selector.every(([label, value]) => metadata.labels?.[label] === value));
}

function foreignPodNetworks({ nodes }: ClusterFacts, { network }: ResolvedLab): Refusal[] {
  const pods = parseCidr4(network.podCIDR);
  return nodes.flatMap(({ metadata, spec }): Refusal[] => {
    if (spec.podCIDR === undefined) {
      return [
        {
          what: `node ${metadata.name} has no pod CIDR`,
          fix: 'let the controller manager allocate them (--allocate-node-cidrs, --cluster-cidr)',
        },
      ];
    }
    const own = parseCidr4(spec.podCIDR);
    if (pods !== undefined && own !== undefined && contains(pods, own.first) && contains(pods, own.last))
      return [];
    return [
      {
        what: `node ${metadata.name} has pod CIDR ${spec.podCIDR}, outside of ${network.podCIDR}`,
        fix: '--pod-cidr with the pod network of the cluster',
      },
    ];
  });
}

function foreignServiceNetwork({ services }: ClusterFacts, { network }: ResolvedLab): Refusal[] {
  const range = parseCidr4(network.serviceCIDR);
  const addresses = services.flatMap(({ spec }) => parseIp4(spec.clusterIP ?? '') ?? []);
  if (range === undefined || addresses.every((address) => contains(range, address))) return [];
  return [
    {
      what: `Services of the cluster have addresses outside of ${network.serviceCIDR}`,
      fix: '--service-cidr with the Service network of the cluster',
    },
  ];
}

function takenNamespace(facts: ClusterFacts, lab: ResolvedLab): Refusal[] {
  const found = facts.namespaces.find(({ metadata }) => metadata.name === systemNamespace);
  if (found === undefined || isOurs(facts, lab)) return [];
  const owner = found.metadata.labels?.[labLabel];
  return [
    {
      what: `namespace ${systemNamespace} belongs to ${owner === undefined ? 'somebody else' : `lab ${owner}`}`,
      fix:
        owner === undefined
          ? 'a cluster takes one lab: remove it first'
          : `labctl down --name ${owner}, where that lab is recorded`,
    },
  ];
}

/** Objects of the demo that stand already without being this lab's, and its port in the hands of another Service. */
function takenByDemo({ services, daemonSets, deployments }: ClusterFacts, lab: ResolvedLab): Refusal[] {
  if (!lab.demo.enabled) return [];
  const isForeign = (
    { metadata }: { readonly metadata: WorkloadSet['metadata'] },
    names: readonly string[],
  ): boolean =>
    metadata.namespace === 'default' &&
    names.includes(metadata.name) &&
    metadata.labels?.[labLabel] !== lab.name;
  const standing = [
    ...services
      .filter((each) => isForeign(each, ['demo', 'hello']))
      .map(({ metadata }) => `Service ${metadata.name}`),
    ...daemonSets
      .filter((each) => isForeign(each, ['demo']))
      .map(({ metadata }) => `DaemonSet ${metadata.name}`),
    ...deployments
      .filter((each) => isForeign(each, ['hello']))
      .map(({ metadata }) => `Deployment ${metadata.name}`),
  ];
  const holder = services.find(
    ({ metadata, spec }) =>
      metadata.labels?.[labLabel] !== lab.name &&
      spec.ports?.some(({ nodePort }) => nodePort === lab.demo.nodePort),
  );
  return [
    ...standing.map((what) => ({ what: `default has a ${what} already`, fix: '--demo false, or remove it' })),
    ...(holder === undefined
      ? []
      : [
          {
            what: `NodePort ${lab.demo.nodePort} belongs to Service ${holder.metadata.namespace}/${holder.metadata.name}`,
            fix: '--node-port with a free one',
          },
        ]),
  ];
}

function unreachableImages(
  { nodes, nodeContainers }: ClusterFacts,
  { existing }: ResolvedLab,
  images: Question['images'],
): Refusal[] {
  if (nodeContainers.containers.length > 0 || existing.registry !== '') return [];
  const lacking = nodes.filter(
    ({ status }) =>
      !images.every(({ reference }) =>
        status?.images?.some(({ names }) => names?.some((name) => name.endsWith(reference)) === true),
      ),
  );
  return lacking.map(({ metadata }) => ({
    what: `node ${metadata.name} has no image ${images.map(({ reference }) => reference).join(', ')}`,
    fix: "--registry with one that nodes pull from, or labctl load image --save FILE and the nodes' own loader",
  }));
}
