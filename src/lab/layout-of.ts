import type { Cidr4 } from '../core/ip.ts';
import type { ResolvedLab } from '../profile/resolved-lab.ts';
import { type Layout, layOut } from '../runtime/netns/index.ts';

/** Names and addresses of a lab, once its node network is known. */
export const layoutOf = (lab: ResolvedLab, nodeCIDR: Cidr4): Layout =>
  layOut({
    lab: lab.name,
    controlPlanes: lab.nodes.controlPlanes,
    workers: lab.nodes.workers,
    podCIDR: lab.network.podCIDR,
    podCIDRMaskSize: lab.network.podCIDRMaskSize,
    nodeCIDR,
    mtu: lab.network.mtu,
  });
