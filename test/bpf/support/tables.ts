import { parseIp4 } from '../../../src/core/ip.ts';
import { LabIdentity, LabIpcacheFlags, LabSvcFlags, maps } from '../../../src/datapath/generated/index.ts';
import type { Datapath, Variables } from './datapath.ts';

/** An address as the codecs want it. */
export function ip(text: string): number {
  const value = parseIp4(text);
  if (value === undefined) throw new Error(`${text} is no address`);
  return value;
}

export const mac = (text: string): Uint8Array =>
  Uint8Array.from(text.split(':'), (byte) => Number(`0x${byte}`));

export const protocols = { TCP: 6, UDP: 17 } as const;
export type ServiceProtocol = keyof typeof protocols;

/** Switches by profile. */
export const profiles = {
  'kube-proxy': { service_lb: 0, masquerade: 0, host_routing: 0 },
  kpr: { service_lb: 1, masquerade: 0, host_routing: 0 },
  ebpf: { service_lb: 1, masquerade: 1, host_routing: 1 },
} as const satisfies Record<string, Variables>;
export type ProfileName = keyof typeof profiles;

/** What all nodes of a test have in common. */
export const variables = (nodeAddress: string, ifindex: number): Variables => ({
  events: 1,
  node_addr: ip(nodeAddress),
  node_ifindex: ifindex,
  service_cidr_addr: ip('10.96.0.0'),
  service_cidr_mask: 0xffff0000,
  nodeport_first: 30000,
  nodeport_last: 32767,
  nat_first: 40000,
  nat_last: 49999,
});

export const nodeAddresses = ['10.9.0.11', '10.9.0.12'] as const;
const podNets = [
  { prefix: '10.244.1.0', node: '10.9.0.11' },
  { prefix: '10.244.2.0', node: '10.9.0.12' },
] as const;

export function fillIpcache(datapath: Datapath, own: string): void {
  const table = datapath.table(maps.lab_ipcache);
  const { native } = LabIpcacheFlags;
  for (const address of nodeAddresses) {
    const identity = address === own ? LabIdentity.host : LabIdentity.remoteNode;
    table.set({ prefixlen: 32, addr: ip(address) }, { identity, nodeAddr: 0, flags: native });
  }
  for (const { prefix, node } of podNets) {
    table.set(
      { prefixlen: 24, addr: ip(prefix) },
      { identity: LabIdentity.pod, nodeAddr: node === own ? 0 : ip(node), flags: native },
    );
  }
}

export interface EndpointPlan {
  readonly id: number;
  readonly ifindex: number;
  readonly mac: Uint8Array;
  readonly nodeMac: Uint8Array;
}

export function addEndpoint(datapath: Datapath, address: string, plan: EndpointPlan): void {
  datapath
    .table(maps.lab_endpoints)
    .set({ addr: ip(address) }, { ...plan, identity: LabIdentity.pod, flags: 0 });
}

export interface ServicePlan {
  readonly address: string;
  readonly port: number;
  readonly protocol?: ServiceProtocol;
  readonly scope?: number;
  /** `ADDRESS:PORT`; ids are made of the Service's and their place. */
  readonly backends: readonly string[];
  readonly revNat: number;
  readonly flags?: number;
  readonly affinitySeconds?: number;
}

export const nodePort = LabSvcFlags.nodeport;

/** Backends first, then slots, the Service last, as the agent does it. */
export function addService(datapath: Datapath, plan: ServicePlan): void {
  const backends = datapath.table(maps.lab_backend4);
  const services = datapath.table(maps.lab_svc4);
  const proto = protocols[plan.protocol ?? 'TCP'];
  const key = { addr: ip(plan.address), port: plan.port, proto, scope: plan.scope ?? 0 };
  const common = { affinitySeconds: plan.affinitySeconds ?? 0, revNat: plan.revNat, flags: plan.flags ?? 0 };
  for (const [index, backend] of plan.backends.entries()) {
    const id = backendId(plan, index);
    const [address = '', port] = backend.split(':');
    backends.set({ id }, { addr: ip(address), port: Number(port), proto });
    services.set({ ...key, slot: index + 1 }, { ...common, backendId: id, count: 0 });
  }
  services.set({ ...key, slot: 0 }, { ...common, backendId: 0, count: plan.backends.length });
}

export const backendId = ({ revNat }: ServicePlan, index: number): number => revNat * 100 + index + 1;
