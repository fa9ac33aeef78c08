import { jsonMerge } from '../core/json-merge.ts';
import { apiServerOf } from './api-server.ts';
import type { ChartValues } from './chart-schema.ts';
import type { ResolvedLab } from './resolved-lab.ts';

/** Helm values of a lab for the chart in templates/chart. */
export function renderValues(lab: ResolvedLab): unknown {
  const { nodePortRange, natPortRange, podCIDR, serviceCIDR, nativeRoutingCIDR, mtu } = lab.network;
  const server = apiServerOf(lab);
  const values: ChartValues = {
    lab: lab.name,
    profile: lab.profile,
    ...(server === undefined ? {} : { k8sServiceHost: server.host, k8sServicePort: server.port }),
    datapath: lab.datapath,
    dev: lab.agent.dev,
    ipam: lab.ipam,
    network: { podCIDR, serviceCIDR, nativeRoutingCIDR, nodePortRange, natPortRange, device: 'eth0', mtu },
  };
  return jsonMerge(values, lab.raw.helm);
}
