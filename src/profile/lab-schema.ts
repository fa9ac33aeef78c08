import { profileWords } from '../../profiles/index.ts';
import { boolean, type Field, freeForm, type Infer, integer, list, object, text, words } from './field.ts';
import {
  cidr,
  cidrOrAuto,
  endpointUrl,
  imagePrefix,
  labName,
  oneLine,
  portRange,
  registry,
} from './texts.ts';

/** The one source of the lab file: its types, its JSON Schema, its flags and LABCTL_* variables, its defaults. */

export const apiVersion = 'labctl.dev/v1alpha1';
export const schemaId = 'https://labctl.dev/schemas/v1alpha1/lab.schema.json';

const metadata = object(
  {
    name: text(labName, { description: 'Name of the lab.', default: 'lab', flag: '--name <name>' }),
  },
  { description: 'How the lab is called.' },
);

const nodes = object(
  {
    controlPlanes: integer(1, 9, {
      description: 'Control-plane nodes.',
      default: 1,
      flag: '--control-planes <n>',
    }),
    workers: integer(0, 99, { description: 'Worker nodes.', default: 2, flag: '--workers <n>' }),
  },
  { description: 'How many nodes.' },
);

const network = object(
  {
    podCIDR: text(cidr, {
      description: 'Addresses of all pods; each node gets a /24 of it.',
      default: '10.244.0.0/16',
      flag: '--pod-cidr <cidr>',
    }),
    serviceCIDR: text(cidr, {
      description: 'Addresses of Services.',
      default: '10.96.0.0/16',
      flag: '--service-cidr <cidr>',
    }),
    nodeCIDR: text(cidrOrAuto, {
      description: 'Addresses of nodes (embedded labs). auto picks a /24 that is free on this machine.',
      default: 'auto',
      flag: '--node-cidr <cidr>',
    }),
    nodePortRange: text(portRange, {
      description: 'Ports that NodePort Services may take.',
      default: '30000-32767',
      flag: '--node-port-range <first-last>',
    }),
    natPortRange: text(portRange, {
      description: "Ports that NAT may take on a node's address. Processes of the node get the others.",
      default: '49152-65535',
      flag: '--nat-port-range <first-last>',
    }),
    nativeRoutingCIDR: text(cidr, {
      description: 'Destinations that are never masqueraded. Left out: the pod CIDR.',
      flag: '--native-routing-cidr <cidr>',
    }),
    routing: words(['native', 'tunnel'], {
      description: 'How pod packets travel between nodes. tunnel is not built yet.',
      flag: '--routing <mode>',
    }),
    mtu: integer(576, 9216, {
      description: "MTU of the nodes' uplinks.",
      default: 1500,
      flag: '--mtu <bytes>',
    }),
  },
  { description: 'Addresses and ports.' },
);

const ipam = object(
  {
    mode: words(['kubernetes', 'cluster-pool'], {
      description:
        "Who cuts the pod CIDR into the nodes' networks: Kubernetes' controller, or labctl's operator out of pools.",
      default: 'kubernetes',
      flag: '--ipam <mode>',
    }),
    pools: networks(
      list(text(cidr, { description: 'A network inside the pod CIDR.' }), 'a list of networks', {
        description: 'cluster-pool: networks that the operator cuts. Left out: the pod CIDR.',
        default: [],
        flag: '--ipam-pool <cidr>',
      }),
    ),
    maskSize: integer(16, 30, {
      description: "cluster-pool: prefix length of a node's network.",
      default: 24,
      flag: '--ipam-mask-size <bits>',
    }),
  },
  { description: 'How nodes get the networks of their pods.' },
);

const entries = (what: string): { description: string } => ({ description: `Entries of the ${what} table.` });
const tableSize = (what: string) => integer(64, 4_194_304, entries(what));

const sizes = object(
  {
    conntrack: tableSize('conntrack'),
    nat: tableSize('NAT'),
    services: tableSize('Service'),
    backends: tableSize('backend'),
    endpoints: tableSize('endpoint'),
  },
  { description: "Sizes of the datapath's tables." },
);

const datapath = object(
  {
    kubeProxyReplacement: boolean({
      description: 'Services by eBPF (socket LB and tc programs) instead of kube-proxy.',
      flag: '--kube-proxy-replacement <bool>',
    }),
    kubeProxyMode: words(['iptables', 'none'], {
      description: 'What kube-proxy does: none means that it is not installed.',
      flag: '--kube-proxy-mode <mode>',
    }),
    masquerade: words(['iptables', 'bpf'], {
      description: "Who rewrites the source of pod traffic to the world to the node's address.",
      flag: '--masquerade <by>',
    }),
    hostRouting: words(['stack', 'bpf'], {
      description: "Who forwards pod packets: the node's stack with netfilter, or eBPF redirects past both.",
      flag: '--host-routing <by>',
    }),
    attach: words(['auto', 'tcx', 'clsact'], {
      description: 'How tc programs are attached. auto: TCX where the kernel has it (6.6), else clsact.',
      flag: '--attach <how>',
    }),
    events: words(['none', 'aggregated', 'all'], {
      description: 'Flow events: none, one per flow and direction, or one per packet.',
      flag: '--events <level>',
    }),
    sizes,
  },
  { description: 'Switches that override those of the profile.' },
);

const agent = object(
  {
    dev: boolean({
      description: 'Agents with a compiler in their image, for labctl reload and dev (kind, existing).',
      default: false,
      flag: '--dev <bool>',
    }),
  },
  { description: 'The agents of the nodes.' },
);

const demo = object(
  {
    enabled: boolean({ description: 'Install the demo workloads.', default: true, flag: '--demo <bool>' }),
    nodePort: integer(1, 65_535, {
      description: "NodePort of the demo Service's HTTP port.",
      default: 32_000,
      flag: '--node-port <port>',
    }),
    helloReplicas: integer(0, 100, {
      description: 'Pods of the hello Deployment.',
      default: 2,
      flag: '--hello-replicas <n>',
    }),
  },
  { description: 'The demo workloads.' },
);

const mirrors = list(
  object(
    {
      registry: text(registry, { description: 'Registry as image names write it.' }),
      endpoint: text(endpointUrl, { description: 'URL that is asked instead.' }),
    },
    { description: 'One registry and its mirror.' },
    ['registry', 'endpoint'],
  ),
  'a list of {registry, endpoint}',
  {
    description: 'Where nodes pull images from (kind).',
    default: [],
    flag: '--registry-mirror <registry=url>',
  },
);

const registryMirrors: typeof mirrors = {
  ...mirrors,
  fromText: (value) =>
    value.split(',').map((item) => {
      const [name, ...url] = item.split('=');
      return { registry: name, endpoint: url.join('=') };
    }),
};

const existing = object(
  {
    context: text(oneLine, {
      description: "Context of the kubeconfig. Empty: the kubeconfig's current one.",
      default: '',
      flag: '--context <context>',
    }),
    kubeconfig: text(oneLine, {
      description: 'kubeconfig that names the cluster. Empty: that of kubectl.',
      default: '',
      flag: '--kubeconfig <file>',
    }),
    registry: text(imagePrefix, {
      description: 'Where images are pushed to, and nodes pull them from. Empty: they are in the nodes.',
      default: '',
      flag: '--registry <registry>',
    }),
  },
  { description: 'For the existing runtime: which cluster, and how images reach its nodes.' },
);

const spec = object(
  {
    profile: words(profileWords, {
      description: 'Datapath to start from; an alias is as good as a name.',
      default: 'ebpf',
      flag: '--profile <profile>',
    }),
    runtime: words(['auto', 'netns', 'kind', 'existing'], {
      description: 'What nodes are made of.',
      default: 'auto',
      flag: '--runtime <runtime>',
    }),
    nodes,
    network,
    ipam,
    datapath,
    agent,
    demo,
    registryMirrors,
    kind: object(
      {
        patch: freeForm({
          description: 'kind cluster configuration, merged last (lists replace lists, null removes).',
          default: {},
        }),
      },
      { description: 'For the kind runtime.' },
    ),
    existing,
    helm: object(
      {
        values: freeForm({
          description:
            "Values of the chart that is installed, the bundled one or Cilium's own, merged last (lists replace lists, null removes).",
          default: {},
        }),
      },
      { description: 'For the chart.' },
    ),
  },
  { description: 'The lab. What is left out comes from the profile, then from the defaults.' },
);

export const labFile = object(
  {
    apiVersion: words([apiVersion], { description: 'Version of this format.' }),
    kind: words(['Lab'], { description: 'Kind of this document.' }),
    metadata,
    spec,
  },
  { description: 'A labctl lab (*.labctl.yaml).' },
  ['apiVersion', 'kind'],
);

export type LabFile = Infer<typeof labFile>;

/** A flag or variable may name several at once. */
function networks(field: Field<readonly string[]>): Field<readonly string[]> {
  return { ...field, fromText: (value) => value.split(',') };
}

export const labJsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: schemaId,
  title: 'labctl lab',
  ...labFile.json,
};
