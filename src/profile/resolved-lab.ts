import type { DatapathConfig, PortRange } from '../core/agent-config.ts';
import type { Cidr4 } from '../core/ip.ts';
import type { ProfileName } from './profile.ts';

export type RuntimeChoice = 'auto' | 'netns' | 'kind' | 'existing';

/** A lab with every question answered: plain data, the same for all runtimes, safe to store as JSON. */
export interface ResolvedLab {
  readonly name: string;
  /** `auto` is decided by whoever brings the lab up: it depends on the machine. */
  readonly runtime: RuntimeChoice;
  readonly profile: ProfileName;
  readonly nodes: { readonly controlPlanes: number; readonly workers: number };
  readonly network: LabNetwork;
  readonly ipam: LabIpam;
  readonly kubeProxyMode: 'iptables' | 'none';
  readonly datapath: DatapathConfig;
  readonly agent: LabAgent;
  readonly demo: LabDemo;
  readonly registryMirrors: readonly RegistryMirror[];
  /** Of runtime existing. */
  readonly existing: ExistingCluster;
  /** Merged last into what is rendered. */
  readonly raw: {
    /** kind cluster configuration. */
    readonly kind: Readonly<Record<string, unknown>>;
    /** Helm values. */
    readonly helm: Readonly<Record<string, unknown>>;
  };
}

export interface LabNetwork {
  readonly podCIDR: Cidr4;
  /** Each node gets a subnet of this prefix length out of podCIDR. */
  readonly podCIDRMaskSize: number;
  readonly serviceCIDR: Cidr4;
  /** `auto`: the runtime picks a free /24 and records it. */
  readonly nodeCIDR: Cidr4 | 'auto';
  readonly nativeRoutingCIDR: Cidr4;
  readonly nodePortRange: PortRange;
  readonly natPortRange: PortRange;
  readonly mtu: number;
}

/** How nodes get the networks of their pods: from Kubernetes' own controller, or from pools by our operator. */
export interface LabIpam {
  readonly mode: 'kubernetes' | 'cluster-pool';
  /** Inside the pod CIDR; none for `kubernetes`. */
  readonly pools: readonly Cidr4[];
  /** Prefix length of a node's network. */
  readonly maskSize: number;
}

export interface LabAgent {
  /** On Kubernetes: its image has a compiler, for `labctl reload` and `dev`. */
  readonly dev: boolean;
}

export interface LabDemo {
  readonly enabled: boolean;
  readonly nodePort: number;
  readonly helloReplicas: number;
}

/** Empty text: not said. */
export interface ExistingCluster {
  readonly context: string;
  readonly kubeconfig: string;
  /** `registry.example/labs`: images are pushed there. */
  readonly registry: string;
}

export interface RegistryMirror {
  /** As image references name it: `docker.io`, `localhost:5000`. */
  readonly registry: string;
  /** URL that is asked instead: `http://mirror:5000`. */
  readonly endpoint: string;
}
