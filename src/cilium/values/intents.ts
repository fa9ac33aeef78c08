import { apiServerOf } from '../../profile/api-server.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';
import { fittingClusterName } from './cluster-name.ts';

/** How much Cilium tells of what it does. `full`: each packet, with debug logs and Hubble. */
export type Observe = 'default' | 'full';

/**
 * What a profile wants of Cilium, in words that no chart version changes. Every intent has a value in every
 * profile; undefined where the chart needs none.
 */
export interface Intents {
  readonly kubeProxyReplacement: boolean;
  readonly routing: 'native' | 'tunnel';
  /** Of values that somebody brings: no profile tunnels. */
  readonly tunnelProtocol?: 'vxlan' | 'geneve';
  readonly nativeRoutingCIDR: string | undefined;
  readonly directNodeRoutes: boolean;
  readonly masqueradeV4: true;
  readonly bpfMasquerade: boolean;
  readonly legacyHostRouting: boolean;
  readonly datapathMode: 'veth';
  readonly socketLB: boolean;
  readonly loadBalancerMode: 'snat';
  readonly acceleration: 'disabled';
  readonly ipam: 'kubernetes' | 'cluster-pool';
  readonly pools: readonly string[] | undefined;
  readonly poolMaskSize: number | undefined;
  readonly apiServerHost: string | undefined;
  readonly apiServerPort: number | undefined;
  readonly clusterName: string;
  readonly operatorReplicas: number;
  readonly hubble: boolean;
  readonly debug: boolean;
  readonly debugVerbose: 'datapath' | undefined;
  readonly monitorAggregation: 'medium' | 'none';
}
export type Intent = keyof Intents;

/** What the profile of a lab means for Cilium. */
export function intentsOf(lab: ResolvedLab, observe: Observe = 'default'): Intents {
  const { datapath, ipam, network } = lab;
  const replaces = datapath.serviceLB === 'bpf';
  const isNative = datapath.routing === 'native';
  const pooled = ipam.mode === 'cluster-pool';
  const api = apiServerOf(lab);
  return {
    kubeProxyReplacement: replaces,
    routing: datapath.routing,
    nativeRoutingCIDR: isNative ? network.nativeRoutingCIDR : undefined,
    directNodeRoutes: isNative,
    masqueradeV4: true,
    bpfMasquerade: datapath.masquerade === 'bpf',
    legacyHostRouting: datapath.hostRouting === 'stack',
    datapathMode: 'veth',
    socketLB: replaces,
    loadBalancerMode: 'snat',
    acceleration: 'disabled',
    ipam: ipam.mode,
    pools: pooled ? ipam.pools : undefined,
    poolMaskSize: pooled ? ipam.maskSize : undefined,
    apiServerHost: api?.host,
    apiServerPort: api?.port,
    clusterName: fittingClusterName(lab.name),
    operatorReplicas: 1,
    hubble: observe === 'full',
    debug: observe === 'full',
    debugVerbose: observe === 'full' ? 'datapath' : undefined,
    monitorAggregation: observe === 'full' ? 'none' : 'medium',
  };
}
