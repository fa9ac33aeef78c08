/** What `labctl render --only agent` prints and an agent reads at its start. One value per node. */
export interface AgentConfig {
  readonly schema: 'labctl.dev/agent/v1';
  readonly lab: string;
  readonly node: string;
  readonly profile: string;
  readonly datapath: DatapathConfig;
  readonly network: NetworkConfig;
  readonly paths: AgentPaths;
  readonly cluster: ClusterConfig;
}

/** The switches in which profiles differ. Every one is explicit: there is no default to change under us. */
export interface DatapathConfig {
  /** Who translates Services: the chains of kube-proxy, or socket LB and tc programs. */
  readonly serviceLB: 'kube-proxy' | 'bpf';
  readonly masquerade: 'iptables' | 'bpf';
  /** Who forwards pod packets: the node's stack (netfilter sees them) or redirect_peer/redirect_neigh. */
  readonly hostRouting: 'stack' | 'bpf';
  readonly routing: 'native' | 'tunnel';
  /** How tc programs are attached. `auto`: TCX where the kernel has it (6.6), else clsact. */
  readonly attach: 'auto' | 'tcx' | 'clsact';
  readonly events: 'none' | 'aggregated' | 'all';
  /** Table sizes, in entries. */
  readonly sizes: TableSizes;
}
export interface TableSizes {
  readonly conntrack: number;
  readonly nat: number;
  readonly services: number;
  readonly backends: number;
  readonly endpoints: number;
}

export interface NetworkConfig {
  /** All pods of the cluster. */
  readonly podCIDR: string;
  readonly serviceCIDR: string;
  /** Destinations that are never masqueraded; the pod CIDR by default. */
  readonly nativeRoutingCIDR: string;
  readonly nodePortRange: PortRange;
  /** Ports that NAT may take on the node's address; kept out of the node's own ip_local_port_range. */
  readonly natPortRange: PortRange;
  /** The node's uplink. */
  readonly device: string;
  readonly mtu: number;
}
export interface PortRange {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

export interface AgentPaths {
  readonly run: string;
  readonly socket: string;
  /** bpffs directory of this node: maps, programs, links. */
  readonly pins: string;
  /** cgroup v2 directory whose processes get socket LB. */
  readonly cgroup: string;
  readonly cache: string;
  /** Sources of the datapath. */
  readonly bpf: string;
}

export type ClusterConfig =
  | { readonly source: 'directory'; readonly path: string }
  | {
      readonly source: 'kubernetes';
      readonly server: string | null;
      /** Where a node's pod CIDR stands: in its spec, or in the annotation that the operator writes. */
      readonly ipam: 'kubernetes' | 'cluster-pool';
    };
