import { inContainer } from '../../support/docker.ts';
import { addressOf } from '../../support/lab.ts';
import { inEnd } from '../direct-link.ts';
import { natChain } from '../nat-chain.ts';
import { emptyService, ipcacheKey, nativeWorld, serviceKey } from '../tables.ts';
import type { KindMutant, Mend } from './mutant.ts';

const services = 'lab_svc4';
const echoNodePort = 32007;
const echoPort = 7000;

export const tableMutants: readonly KindMutant[] = [
  {
    claim: 'claim.services.in-maps',
    profiles: ['kpr', 'ebpf'],
    title: 'a Service that no other claim uses is removed from the map of one node',
    make: async ({ node, clusterIP }) => {
      const key = ['key', 'hex', ...serviceKey(await clusterIP('hello'), 8080)];
      const found = JSON.parse(await onMap(node, 'lookup', services, key)) as { value: readonly string[] };
      await onMap(node, 'delete', services, key);
      const value = ['value', 'hex', ...found.value.map((byte) => byte.replace('0x', ''))];
      return () => onMap(node, 'update', services, [...key, ...value]);
    },
  },
  {
    claim: 'claim.services.not-in-maps',
    profiles: ['kube-proxy'],
    title: 'a Service appears in the map of one node',
    make: ({ node }) => addEntry(node, services, serviceKey('10.96.200.200', 80), emptyService),
  },
  {
    claim: 'claim.nat.entry',
    profiles: ['ebpf'],
    title: "the world does a node's masquerade, and the node's own NAT leaves the world alone",
    make: async ({ node, nodeEnd, client, roleEnd }) => {
      const world = await roleEnd('world');
      const inWorld = (...argv: readonly string[]) => inEnd(world, ...argv);
      const pod = addressOf(client);
      const mends = [
        await addEntry(node, 'lab_ipcache', ipcacheKey(world.address), nativeWorld),
        await hostRoute(inWorld, pod, nodeEnd.address),
        await natChain(inWorld, 'input priority 100', `ip saddr ${pod} snat to ${nodeEnd.address}`),
      ];
      return () => Promise.all(mends.map((mend) => mend()));
    },
  },
  {
    claim: 'claim.nodeport.counters',
    profiles: ['kpr', 'ebpf'],
    title: 'the client itself translates the NodePort of one node before the node sees it',
    make: async ({ nodeEnd, near, roleEnd }) => {
      const client = await roleEnd('client');
      const inClient = (...argv: readonly string[]) => inEnd(client, ...argv);
      const nodePort = `ip daddr ${nodeEnd.address} tcp dport ${echoNodePort}`;
      const mends = [
        await hostRoute(inClient, addressOf(near), nodeEnd.address),
        await natChain(
          inClient,
          'output priority -100',
          `${nodePort} dnat to ${addressOf(near)}:${echoPort}`,
        ),
      ];
      return () => Promise.all(mends.map((mend) => mend()));
    },
  },
];

const onMap = (node: string, verb: string, map: string, words: readonly string[]): Promise<string> =>
  inContainer(node, 'bpftool', '-j', 'map', verb, 'pinned', `/sys/fs/bpf/labctl/maps/${map}`, ...words);

async function addEntry(
  node: string,
  map: string,
  key: readonly string[],
  value: readonly string[],
): Promise<Mend> {
  const words = ['key', 'hex', ...key];
  await onMap(node, 'update', map, [...words, 'value', 'hex', ...value]);
  return () => onMap(node, 'delete', map, words);
}

async function hostRoute(
  run: (...argv: readonly string[]) => Promise<string>,
  to: string,
  via: string,
): Promise<Mend> {
  await run('ip', 'route', 'add', to, 'via', via);
  return () => run('ip', 'route', 'delete', to, 'via', via);
}
