import { boolean, type Infer, integer, list, object, text, words } from './field.ts';
import { cidr, labName } from './texts.ts';

/** The one source of the bundled chart's values: their type, and values.schema.json. */

const oneWord = (description: string, value: string) =>
  text({ pattern: '^[^\\s]*$', allowed: 'text without blanks' }, { description, default: value });
const port = (description: string) => integer(1, 65_535, { description });
const ports = (description: string) =>
  object({ first: port('First port.'), last: port('Last port, inclusive.') }, { description }, [
    'first',
    'last',
  ]);
const entries = (table: string) => integer(64, 4_194_304, { description: `Entries of the ${table} table.` });

const datapath = object(
  {
    serviceLB: words(['kube-proxy', 'bpf'], { description: 'Who translates Services.' }),
    masquerade: words(['iptables', 'bpf'], { description: 'Who masquerades pod traffic to the world.' }),
    hostRouting: words(['stack', 'bpf'], { description: 'Who forwards pod packets.' }),
    routing: words(['native', 'tunnel'], { description: 'How pod packets travel between nodes.' }),
    attach: words(['auto', 'tcx', 'clsact'], { description: 'How tc programs are attached.' }),
    events: words(['none', 'aggregated', 'all'], { description: 'Flow events.' }),
    sizes: object(
      {
        conntrack: entries('conntrack'),
        nat: entries('NAT'),
        services: entries('Service'),
        backends: entries('backend'),
        endpoints: entries('endpoint'),
      },
      { description: 'Sizes of the tables.' },
      ['conntrack', 'nat', 'services', 'backends', 'endpoints'],
    ),
  },
  { description: 'Switches of the datapath; labctl render writes all of them.' },
  ['serviceLB', 'masquerade', 'hostRouting', 'routing', 'attach', 'events', 'sizes'],
);

const network = object(
  {
    podCIDR: text(cidr, { description: 'Addresses of all pods.' }),
    serviceCIDR: text(cidr, { description: 'Addresses of Services.' }),
    nativeRoutingCIDR: text(cidr, { description: 'Destinations that are never masqueraded.' }),
    nodePortRange: ports('Ports of NodePort Services.'),
    natPortRange: ports("Ports that NAT may take on a node's address."),
    device: oneWord("The nodes' uplink.", 'eth0'),
    mtu: integer(576, 9216, { description: 'MTU of the uplink.' }),
  },
  { description: 'Addresses and ports.' },
  ['podCIDR', 'serviceCIDR', 'nativeRoutingCIDR', 'nodePortRange', 'natPortRange', 'device', 'mtu'],
);

const ipam = object(
  {
    mode: words(['kubernetes', 'cluster-pool'], {
      description: "Who gives nodes their pod networks: Kubernetes' controller, or the operator.",
    }),
    pools: list(text(cidr, { description: 'Network that the operator cuts.' }), 'a list of networks', {
      description: 'For cluster-pool.',
    }),
    maskSize: integer(16, 30, { description: "Prefix length of a node's network, for cluster-pool." }),
  },
  { description: 'Addresses of pods.' },
  ['mode', 'pools', 'maskSize'],
);

const operator = object(
  {
    replicas: integer(1, 5, { description: 'One leads, the others wait.' }),
    port: port("Of the loopback of the operator's node: /healthz, /readyz, /metrics."),
    releaseAfterSeconds: integer(0, 86_400, {
      description: "How long a node must be gone before its network may be another's.",
    }),
  },
  { description: 'The operator; it is there with ipam.mode cluster-pool only.' },
);

const image = object(
  {
    repository: oneWord('Where the agent image is.', 'labctl/agent'),
    tag: oneWord("Tag; empty: the chart's appVersion.", ''),
    digest: oneWord('sha256:...; wins over the tag.', ''),
    pullPolicy: words(['Always', 'IfNotPresent', 'Never'], {
      description: 'Never for images that were loaded into the nodes.',
    }),
  },
  { description: 'The agent image.' },
);

export const chartValues = object(
  {
    lab: text(labName, { description: 'Name of the lab.' }),
    profile: words(['kube-proxy', 'kpr', 'ebpf'], { description: 'Profile that the switches come from.' }),
    k8sServiceHost: oneWord('API server by name or address; needed where there is no kube-proxy.', ''),
    k8sServicePort: port('Its port.'),
    datapath,
    dev: boolean({
      description: 'The agent image has a compiler: agents compile on their node.',
      default: false,
    }),
    network,
    ipam,
    operator,
    image,
  },
  { description: 'Values of the labctl chart.' },
  ['lab', 'profile', 'datapath', 'network', 'ipam'],
);

export type ChartValues = Infer<typeof chartValues>;

export const chartJsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Values of the labctl chart',
  ...chartValues.json,
};
