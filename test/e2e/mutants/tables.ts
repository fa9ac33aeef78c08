import { sh } from '../support/cli.ts';
import { addressOf, clusterIP, inRole, mapPin, nodeAddress, nodeOf } from '../support/lab.ts';
import { be16, ip4, u8, u16, u32 } from './bytes.ts';
import type { Mutant } from './mutant.ts';
import { cast } from './pods.ts';

const tcp = 6;
const worldIdentity = 2;
const nativeFlag = 1;

/** Of lab_svc4: backend_id, affinity_seconds, count, rev_nat, flags, pad. */
export const emptyService = [u32(0), u32(0), u16(0), u16(999), u16(0), u16(0)].flat();
/** Of lab_ipcache: an address outside to which pods speak with their own. */
export const nativeWorld = [u32(worldIdentity), u32(0), u16(nativeFlag), u16(0)].flat();
export const ipcacheKey = (address: string): string[] => [...u32(32), ...ip4(address)];

export const tableMutants: readonly Mutant[] = [
  {
    claim: 'claim.services.in-maps',
    profiles: ['kpr', 'ebpf'],
    title: 'a Service that no other claim uses is removed from the map of one node',
    make: async (lab) => {
      const node = nodeOf(cast(lab).client);
      const key = serviceKey(clusterIP(lab, 'hello'), 8080);
      await sh('bpftool', 'map', 'delete', 'pinned', mapPin(lab, node, 'lab_svc4'), 'key', 'hex', ...key);
    },
  },
  {
    claim: 'claim.services.not-in-maps',
    profiles: ['kube-proxy'],
    title: 'a Service appears in the map of one node',
    make: async (lab) => {
      const node = nodeOf(cast(lab).client);
      const key = serviceKey('10.96.200.200', 80);
      await sh(
        ...(['bpftool', 'map', 'update', 'pinned', mapPin(lab, node, 'lab_svc4')] as const),
        ...['key', 'hex', ...key, 'value', 'hex', ...emptyService],
      );
    },
  },
  {
    claim: 'claim.nat.entry',
    profiles: ['ebpf'],
    title: "the router does a node's masquerade, and the node's own NAT leaves the world alone",
    make: async (lab) => {
      const { client } = cast(lab);
      const node = nodeOf(client);
      await sh(
        ...(['bpftool', 'map', 'update', 'pinned', mapPin(lab, node, 'lab_ipcache')] as const),
        ...['key', 'hex', ...ipcacheKey('198.51.100.2'), 'value', 'hex', ...nativeWorld],
      );
      const address = nodeAddress(lab, node);
      await inRole(lab, 'fabric', 'ip', 'route', 'add', addressOf(client), 'via', address);
      await inRole(lab, 'fabric', 'nft', 'add table ip mutant');
      await inRole(
        lab,
        'fabric',
        'nft',
        'add chain ip mutant post { type nat hook postrouting priority 100; }',
      );
      await inRole(
        lab,
        'fabric',
        'nft',
        `add rule ip mutant post ip saddr ${addressOf(client)} ip daddr 198.51.100.2 snat to ${address}`,
      );
    },
  },
  {
    claim: 'claim.nodeport.counters',
    profiles: ['kpr', 'ebpf'],
    title: 'the router translates the NodePort of one node before the node sees it',
    make: async (lab) => {
      const { near, client } = cast(lab);
      const address = nodeAddress(lab, nodeOf(client));
      await inRole(lab, 'fabric', 'ip', 'route', 'add', addressOf(near), 'via', address);
      await inRole(lab, 'fabric', 'nft', 'add table ip mutant');
      await inRole(
        lab,
        'fabric',
        'nft',
        'add chain ip mutant pre { type nat hook prerouting priority -100; }',
      );
      await inRole(
        lab,
        'fabric',
        'nft',
        `add rule ip mutant pre ip daddr ${address} tcp dport 32007 dnat to ${addressOf(near)}:7000`,
      );
    },
  },
];

/** lab_svc_key: address, port, protocol, scope, slot 0. */
export const serviceKey = (address: string, port: number): string[] =>
  [ip4(address), be16(port), u8(tcp), u8(0), u32(0)].flat();
