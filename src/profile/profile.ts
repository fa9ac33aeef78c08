import type { DatapathConfig } from '../core/agent-config.ts';

export type ProfileName = 'kube-proxy' | 'kpr' | 'ebpf';

/** One way to install the datapath. Every switch is written out: nothing is left to a provider's default. */
export interface Profile {
  readonly name: ProfileName;
  /** The names under which tutorials know it. */
  readonly aliases: readonly string[];
  readonly title: string;
  readonly summary: string;
  /** kind's `networking.kubeProxyMode`. */
  readonly kubeProxyMode: 'iptables' | 'none';
  readonly datapath: DatapathConfig;
}

export const defineProfile = (profile: Profile): Profile => profile;
