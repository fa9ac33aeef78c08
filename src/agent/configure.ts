import type { ObjectFile } from '../bpf-sys/index.ts';
import type { AgentConfig } from '../core/agent-config.ts';
import { failure } from '../core/errors.ts';
import { type Ip4, parseCidr4, parseIp4 } from '../core/ip.ts';
import type { DatapathVariables } from '../datapath/generated/config.ts';
import { configSection, type ObjectLayout } from '../datapath/layout.ts';
import { encodeVariable, type VariableValue } from '../datapath/variable.ts';

/** What only the node itself can tell. */
export interface NodeFacts {
  readonly address: Ip4;
  /** Index of the uplink device. */
  readonly ifindex: number;
  /** SO_NETNS_COOKIE of the node's network namespace. */
  readonly netnsCookie: bigint;
  /** Connections may have begun under an agent with other switches. */
  readonly isSwitched: boolean;
}

/** Tuning that objects bring with them; a loader may leave it alone. */
const withDefault = [
  'hairpin_addr',
  'ct_new_seconds',
  'ct_tcp_seconds',
  'ct_any_seconds',
  'ct_closing_seconds',
] as const;
type Defaulted = `lab_cfg_${(typeof withDefault)[number]}`;
export type ConfigValues = Omit<DatapathVariables, Defaulted> & Partial<Pick<DatapathVariables, Defaulted>>;

const eventModes = { none: 0, aggregated: 1, all: 2 } as const;

/** The configuration of a node's datapath, as its programs read it. */
export function configValues({ datapath, network }: AgentConfig, facts: NodeFacts): ConfigValues {
  const services = cidr(network.serviceCIDR);
  return {
    lab_cfg_service_lb: flag(datapath.serviceLB === 'bpf'),
    lab_cfg_masquerade: flag(datapath.masquerade === 'bpf'),
    lab_cfg_host_routing: flag(datapath.hostRouting === 'bpf'),
    lab_cfg_switched: flag(facts.isSwitched),
    lab_cfg_events: eventModes[datapath.events],
    lab_cfg_node_addr: address(facts.address),
    lab_cfg_node_ifindex: facts.ifindex,
    lab_cfg_service_cidr_addr: services.address,
    lab_cfg_service_cidr_mask: services.mask,
    lab_cfg_nodeport_first: network.nodePortRange.first,
    lab_cfg_nodeport_last: network.nodePortRange.last,
    lab_cfg_nat_first: network.natPortRange.first,
    lab_cfg_nat_last: network.natPortRange.last,
    lab_cfg_host_netns_cookie: facts.netnsCookie,
  };
}

/** Writes values into an object that is not loaded yet. Refuses names that the object does not have. */
export function writeConfig(
  object: ObjectFile,
  layout: ObjectLayout,
  values: Readonly<Partial<Record<keyof DatapathVariables, VariableValue>>>,
): void {
  for (const [name, value] of Object.entries(values)) {
    const variable = layout.config.find((each) => each.name === name);
    if (variable === undefined) throw failure('E_CONTRACT', `the object has no configuration ${name}`);
    object.write(configSection, variable.offset, encodeVariable(variable, value));
  }
}

/** Names of an object's variables that nobody sets and that bring no default of their own. */
export function unsetVariables(layout: ObjectLayout, values: object): readonly string[] {
  const optional: readonly string[] = withDefault.map((name) => `lab_cfg_${name}`);
  return layout.config
    .map(({ name }) => name)
    .filter((name) => !(name in values) && !optional.includes(name));
}

const flag = (on: boolean): number => (on ? 1 : 0);

function address(text: string): number {
  const value = parseIp4(text);
  if (value === undefined) throw failure('E_CONFIG', `${text} is not an IPv4 address`);
  return value;
}

function cidr(text: string): { readonly address: number; readonly mask: number } {
  const range = parseCidr4(text);
  if (range === undefined) throw failure('E_CONFIG', `${text} is not an IPv4 network`);
  return { address: range.first, mask: range.prefix === 0 ? 0 : (0xffffffff << (32 - range.prefix)) >>> 0 };
}
