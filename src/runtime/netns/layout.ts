import { addressAt, type Cidr4, type Ip4, subnets } from '../../core/ip.ts';
import { fabricLink, hostLink, nodeNames, nodeNamespace, roleNamespace } from '../../core/names.ts';
import { roleNetworks } from '../../core/role-networks.ts';
import type { LabNode } from '../port.ts';

/** What must be known to lay an embedded lab out. */
export interface LayoutInput {
  readonly lab: string;
  readonly controlPlanes: number;
  readonly workers: number;
  readonly podCIDR: Cidr4;
  readonly podCIDRMaskSize: number;
  readonly nodeCIDR: Cidr4;
  readonly mtu: number;
}

export interface LayoutNode extends LabNode {
  readonly namespace: string;
  readonly podCIDR: Cidr4;
  /** The node's link on the bridge, in the fabric's namespace. */
  readonly link: string;
}

/** The outside client and the world host: one hop beyond the router. */
export interface LayoutRole {
  readonly role: 'client' | 'world';
  readonly namespace: string;
  readonly network: Cidr4;
  readonly address: Ip4;
  readonly router: Ip4;
  readonly link: string;
}

/** Every name and address of an embedded lab, computed from its input alone. */
export interface Layout {
  readonly lab: string;
  readonly fabric: string;
  readonly nodeCIDR: Cidr4;
  readonly mtu: number;
  /** The fabric's own address among the nodes: their default route. */
  readonly router: Ip4;
  /** The one link in the host's namespace, and its address. */
  readonly host: { readonly link: string; readonly peer: string; readonly address: Ip4 };
  readonly nodes: readonly LayoutNode[];
  readonly roles: readonly LayoutRole[];
}

/** The uplink of nodes, client and world. */
export const uplink = 'eth0';
export const bridge = 'br0';

/** How many nodes a /24 has room for: the router, the host and the broadcast address are taken. */
export const maxNodes = 250;
const firstNode = 2;
const hostIndex = 254;

export function layOut(input: LayoutInput): Layout {
  const { lab, nodeCIDR } = input;
  const podCIDRs = subnets(input.podCIDR, input.podCIDRMaskSize);
  const nodes = nodeNames(lab, input.controlPlanes, input.workers).map((name, index): LayoutNode => {
    const next = podCIDRs.next();
    if (next.done === true) throw new RangeError(`${input.podCIDR} has no pod network for node ${name}`);
    return {
      name,
      role: index < input.controlPlanes ? 'control-plane' : 'worker',
      address: addressAt(nodeCIDR, firstNode + index),
      podCIDR: next.value,
      namespace: nodeNamespace(name),
      link: fabricLink(name),
    };
  });
  return {
    lab,
    fabric: roleNamespace(lab, 'fabric'),
    nodeCIDR,
    mtu: input.mtu,
    router: addressAt(nodeCIDR, 1),
    host: {
      link: hostLink(lab),
      peer: fabricLink(`${lab}/host`),
      address: addressAt(nodeCIDR, hostIndex),
    },
    nodes,
    roles: (['client', 'world'] as const).map((role) => layOutRole(lab, role)),
  };
}

const layOutRole = (lab: string, role: 'client' | 'world'): LayoutRole => ({
  role,
  namespace: roleNamespace(lab, role),
  network: roleNetworks[role],
  address: addressAt(roleNetworks[role], 2),
  router: addressAt(roleNetworks[role], 1),
  link: fabricLink(`${lab}/${role}`),
});

/** Every namespace that `up` makes; those of pods come and go. */
export const fixedNamespaces = (layout: Layout): string[] => [
  layout.fabric,
  ...layout.roles.map((role) => role.namespace),
  ...layout.nodes.map((node) => node.namespace),
];
