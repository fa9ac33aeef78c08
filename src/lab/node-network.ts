import { conflict } from '../core/errors.ts';
import type { Exec } from '../core/exec.ts';
import { type Cidr4, overlaps, parseCidr4, type Range4 } from '../core/ip.ts';
import { roleNetworks } from '../core/role-networks.ts';
import { freeSubnet, routedNetworks } from '../platform/net.ts';
import type { ResolvedLab } from '../profile/resolved-lab.ts';
import { listRecords } from './records.ts';

/** Where nodes get their /24 from: private networks that few sites and no common tool use. */
const pools = ['172.29.0.0/16', '10.213.0.0/16', '192.168.208.0/20'] as Cidr4[];
const nodePrefix = 24;

/** The network of the lab's nodes: the one asked for where it is free, else the first free one. */
export async function pickNodeNetwork(exec: Exec, lab: ResolvedLab): Promise<Cidr4> {
  const host = await routedNetworks(exec);
  const others = (await listRecords()).flatMap((record) =>
    record.runtime === 'netns' && record.lab !== lab.name ? [record] : [],
  );
  const taken = [...host, ...ranges(others.map((record) => record.nodeCIDR))];
  const wanted = lab.network.nodeCIDR;
  if (wanted === 'auto') {
    const { podCIDR, serviceCIDR } = lab.network;
    const inside = ranges([podCIDR, serviceCIDR, roleNetworks.client, roleNetworks.world]);
    const found = freeSubnet(pools, nodePrefix, [...taken, ...inside]);
    if (found !== undefined) return found;
    throw conflict('E_NO_NODE_NETWORK', `no free /${nodePrefix} in ${pools.join(', ')}`, {
      fix: 'name one that this host does not use: --node-cidr',
    });
  }
  const range = parseCidr4(wanted);
  if (range !== undefined && taken.some((other) => overlaps(range, other))) {
    const by = others.find((record) => ranges([record.nodeCIDR]).some((other) => overlaps(range, other)));
    throw conflict('E_NODE_NETWORK_TAKEN', `${wanted} is in use by ${by ? `lab ${by.lab}` : 'this host'}`, {
      fix: 'choose another --node-cidr, or leave it out: a free one is picked',
    });
  }
  return wanted;
}

const ranges = (cidrs: readonly string[]): Range4[] =>
  cidrs.map((cidr) => parseCidr4(cidr)).filter((range) => range !== undefined);
