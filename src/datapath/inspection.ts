/** One node's datapath as the kernel has it, read by `agent inspect` without the running agent. */
export interface Inspection {
  readonly node: string;
  readonly programs: readonly InspectedProgram[];
  readonly tables: InspectedTables;
  /** lab_metrics, summed over CPUs, by name: `forward.redirect_peer`, `drop.no_backend`. */
  readonly counters: Readonly<Record<string, { readonly packets: number; readonly bytes: number }>>;
  /** `.rodata.config` of the loaded programs, by name without the `lab_cfg_` prefix. */
  readonly config: Readonly<Record<string, number | string | boolean>>;
}

export interface InspectedProgram {
  /** `tcx/ingress`, `clsact/egress`, `cgroup/connect4`. */
  readonly hook: string;
  /** Device name, or the cgroup's path. */
  readonly at: string;
  readonly name: string;
  readonly id: number;
  readonly tag: string;
  /** The program is the one that this node's pin directory names. */
  readonly ours: boolean;
}

export interface InspectedTables {
  readonly endpoints: readonly { readonly address: string; readonly id: number; readonly ifindex: number }[];
  readonly ipcache: readonly {
    readonly prefix: string;
    readonly identity: number;
    readonly flags: number;
    /** Packets to it go by the node's stack whatever the profile. */
    readonly viaStack: boolean;
  }[];
  readonly services: readonly {
    /** `0.0.0.0` for a NodePort. */
    readonly address: string;
    readonly port: number;
    readonly protocol: 'TCP' | 'UDP';
    readonly scope: 'cluster' | 'external';
    readonly flags: number;
    readonly revNat: number;
    readonly backends: readonly { readonly id: number; readonly address: string; readonly port: number }[];
  }[];
  readonly conntrack: readonly InspectedFlow[];
  readonly nat: readonly InspectedNat[];
}
export interface InspectedFlow {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly protocol: number;
  readonly revNat: number;
  readonly packets: number;
}
export interface InspectedNat {
  readonly original: string;
  readonly originalPort: number;
  readonly translated: string;
  readonly translatedPort: number;
  readonly peer: string;
  readonly peerPort: number;
  readonly protocol: number;
}
