import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type Backend, findIptables, type Iptables } from '../../src/agent/iptables/backend.ts';
import {
  type KubeProxy,
  normaliseIptablesSave,
  removeKubeProxy,
  type Sysctl,
  startKubeProxy,
} from '../../src/agent/kube-proxy/index.ts';
import { applyMasquerade, removeMasquerade } from '../../src/agent/masquerade/iptables.ts';
import type { EndpointSlice, K8sObject, Kind, ObjectOf, Service } from '../../src/core/k8s.ts';
import { captured, withoutNfacct } from '../support/kube-proxy-capture.ts';
import { address, ask, get, type OneNode, oneNode } from './support/one-node.ts';
import { execIn } from './support/scratch.ts';

const place = { nodeName: 'node', nodeIP: address.node, clusterCIDR: '10.244.0.0/16' };

describe.each<{ backend: Backend; tool: string }>([
  { backend: 'nf_tables', tool: 'iptables-nft-save' },
  { backend: 'legacy', tool: 'iptables-legacy-save' },
])('with the $backend backend', ({ backend, tool }) => {
  let lab: OneNode;
  let iptables: Iptables;
  let proxy: KubeProxy;
  const host = () => ({ exec: execIn(lab.node), iptables, sysctl: sysctlIn(lab.node) });
  const saved = async (): Promise<string> => (await execIn(lab.node)(tool, ['-c'])).stdout;
  const apply = (...objects: (Service | EndpointSlice)[]) =>
    proxy.apply({
      ...place,
      services: objects.filter((object) => object.kind === 'Service'),
      endpointSlices: objects.filter((object) => object.kind === 'EndpointSlice'),
    });

  beforeAll(async () => {
    lab = await oneNode(`kp-${backend === 'legacy' ? 'l' : 'n'}`);
    const lockFile = join(tmpdir(), `kube-proxy-test-${process.pid}.lock`);
    iptables = await findIptables(execIn(lab.node), { backend, lockFile });
    proxy = await startKubeProxy(host());
  });
  afterAll(async () => {
    await lab?.destroy();
  });

  test('names the backend', () => {
    expect(proxy.backend).toBe(backend);
    expect(proxy.version).toMatch(/^\d+\.\d+/);
  });

  test('the kernel holds what the real kube-proxy wrote for the same Services', async () => {
    const stored = storedCapture();
    await proxy.apply(stored.state);
    expect(normaliseIptablesSave(await saved())).toBe(
      proxy.hasNfacct ? stored.rules : withoutNfacct(stored.rules),
    );
    expect((await proxy.apply(stored.state)).hasChanged).toBe(false);
  });

  test('chains that are no longer wanted go', async () => {
    await apply(service('web', { clusterIP: '10.96.0.50' }), slice('web', [address.podA]));
    const chains = (await saved()).match(/^:KUBE-(SVC|SVL|EXT|FW|SEP)-\S+/gm);
    expect(chains).toHaveLength(2);
  });

  test('a ClusterIP reaches every backend, from a pod, the node and outside', async () => {
    await apply(service('web', { clusterIP: '10.96.0.50' }), slice('web', [address.podA, address.podB]));
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(lab.podA, '10.96.0.50')));
    expect(new Set(answers)).toEqual(new Set(['a saw 10.244.1.1', `b saw ${address.podA}`]));
    expect(await get(lab.node, '10.96.0.50')).toMatch(/^[ab] saw 10\.244\.1\.1$/);
    // Outside of the cluster CIDR: masqueraded.
    expect(await get(lab.client, '10.96.0.50')).toMatch(/^[ab] saw 10\.244\.1\.1$/);
  });

  test('a NodePort is served on the node address and on 127.0.0.1; policy Local keeps the client address', async () => {
    const ports = [{ name: 'http', port: 80, targetPort: 8080, nodePort: 32000 }];
    const spec = { type: 'NodePort', clusterIP: '10.96.0.51', ports } as const;
    await apply(service('np', spec), slice('np', [address.podB], 'http'));
    expect(await get(lab.client, `${address.node}:32000`)).toBe('b saw 10.244.1.1');
    expect(await get(lab.node, '127.0.0.1:32000')).toBe('b saw 10.244.1.1');
    expect(await get(lab.podA, `${address.node}:32000`)).toBe('b saw 10.244.1.1');
    await apply(
      service('np', { ...spec, externalTrafficPolicy: 'Local' }),
      slice('np', [address.podB], 'http'),
    );
    expect(await get(lab.client, `${address.node}:32000`)).toBe(`b saw ${address.client}`);
  });

  test('no endpoints: refused, on both addresses', async () => {
    const ports = [{ port: 80, nodePort: 32001 }];
    await apply(service('empty', { type: 'NodePort', clusterIP: '10.96.0.52', ports }), slice('empty', []));
    const refused = 'curl exit 7';
    expect(await get(lab.podA, '10.96.0.52')).toBe(refused);
    expect(await get(lab.client, `${address.node}:32001`)).toBe(refused);
  });

  test('session affinity holds a client to one backend', async () => {
    const spec = { clusterIP: '10.96.0.53', sessionAffinity: 'ClientIP' } as const;
    await apply(service('sticky', spec), slice('sticky', [address.podA, address.podB]));
    const answers = new Set<string>();
    for (let at = 0; at < 10; at++) answers.add(await get(lab.client, '10.96.0.53'));
    expect(answers.size).toBe(1);
  });

  test('an update leaves the counters of other chains alone', async () => {
    const kept = [service('kept', { clusterIP: '10.96.0.54' }), slice('kept', [address.podA])] as const;
    await apply(...kept);
    for (let at = 0; at < 3; at++) await get(lab.client, '10.96.0.54');
    const counted = async (): Promise<string | undefined> =>
      /^\[(\d+):\d+\] -A KUBE-SEP-\S+ .*default\/kept.* -j DNAT/m.exec(await saved())?.[1];
    expect(await counted()).toBe('3');
    await apply(...kept, service('new', { clusterIP: '10.96.0.55' }), slice('new', [address.podB]));
    expect(await counted()).toBe('3');
  });

  test('a UDP client that keeps its port leaves a backend that is gone', async () => {
    const udp = service('udp', {
      clusterIP: '10.96.0.56',
      ports: [{ port: 53, targetPort: 8080, protocol: 'UDP' }],
    });
    await apply(udp, slice('udp', [address.podA], '', 'UDP'));
    expect(await ask(lab.client, '10.96.0.56', 53, 40_000)).toBe('a');
    const { staleUdp } = await apply(udp, slice('udp', [address.podB], '', 'UDP'));
    expect(staleUdp).toBe(1);
    expect(await ask(lab.client, '10.96.0.56', 53, 40_000)).toBe('b');
  });

  test('masquerade: the world sees the node, pods and nodes see the pod', async () => {
    const input = {
      podCIDR: '10.244.0.0/16',
      nativeRoutingCIDR: '10.244.0.0/16',
      nodeAddresses: [address.node],
    };
    const counted = async (comment: string): Promise<number> =>
      Number(
        new RegExp(`^\\[(\\d+):\\d+\\] -A LABCTL-POSTROUTING .*${comment}`, 'm').exec(await saved())?.[1],
      );
    expect(await applyMasquerade(iptables, input)).toBe(true);
    expect(await applyMasquerade(iptables, input)).toBe(false);
    // The client has no server: a ping is enough to see which rule a new flow meets.
    const ping = (target: string) => execIn(lab.podA)('ping', ['-c', '1', '-W', '2', target]);
    await execIn(lab.client)('ip', ['route', 'delete', 'default']);
    await ping(address.client);
    expect(await counted('pod to world')).toBe(1);
    await ping(address.podB);
    expect(await counted('native routing')).toBe(1);
    await applyMasquerade(iptables, { ...input, nodeAddresses: [address.node, address.client] });
    await expect(ping(address.client)).rejects.toThrow('exit code 1');
    expect(await counted(`-d ${address.client}/32 `)).toBe(1);
    await execIn(lab.client)('ip', ['route', 'add', 'default', 'via', address.node]);
    await removeMasquerade(iptables);
    await removeMasquerade(iptables);
    expect(await saved()).not.toContain('LABCTL');
  });

  test('removal leaves no chain, jump, counter or setting, and spares foreign rules', async () => {
    await execIn(lab.node)(tool.replace('-save', ''), [
      '-t',
      'nat',
      '-A',
      'POSTROUTING',
      '-p',
      'icmp',
      '-j',
      'ACCEPT',
    ]);
    await proxy.apply(storedCapture().state);
    await removeKubeProxy(host());
    await removeKubeProxy(host());
    const rest = await saved();
    expect(rest).not.toContain('KUBE-');
    expect(rest.match(/^\[\d+:\d+\] -A .*/gm)?.map((line) => line.replace(/^\S+ /, ''))).toEqual([
      '-A POSTROUTING -p icmp -j ACCEPT',
    ]);
    const sysctl = sysctlIn(lab.node);
    expect(await sysctl.read('net.ipv4.conf.all.route_localnet')).toBe('0');
    expect(await sysctl.read('net.netfilter.nf_conntrack_tcp_timeout_close_wait')).toBe('60');
    if (proxy.hasNfacct) expect((await execIn(lab.node)('nfacct', ['list'])).stdout.trim()).toBe('');
    proxy = await startKubeProxy(host());
  });

  test("beside a kubelet, removal leaves the firewall chain that is the kubelet's too", async () => {
    await proxy.apply(storedCapture().state);
    await iptables.restore('*filter\n:KUBE-KUBELET-CANARY - [0:0]\nCOMMIT\n');
    await removeKubeProxy(host());
    const chains = (await saved()).match(/^:KUBE-\S+/gm);
    expect(chains?.toSorted()).toEqual([':KUBE-FIREWALL', ':KUBE-KUBELET-CANARY']);
  });
});

const sysctlIn = (namespace: string): Sysctl => ({
  read: async (name) => {
    const { stdout, exitCode } = await execIn(namespace)('sysctl', ['-n', name], { allowFailure: true });
    return exitCode === 0 ? stdout.trim() : undefined;
  },
  write: async (name, value) => {
    await execIn(namespace)('sysctl', ['-q', '-w', `${name}=${value}`]);
  },
});

const service = (name: string, spec: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { ports: [{ port: 80, targetPort: 8080 }], ...spec },
});

const slice = (
  name: string,
  addresses: readonly string[],
  port = '',
  protocol: 'TCP' | 'UDP' = 'TCP',
): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${name}-1`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  endpoints: addresses.map((ip) => ({ addresses: [ip], nodeName: 'node' })),
  ports: [{ name: port, port: 8080, protocol }],
});

function storedCapture() {
  const objects = parseAllDocuments(captured('cluster.yaml')).map((document) => document.toJS() as K8sObject);
  const ofKind = <K extends Kind>(kind: K) =>
    objects.filter((object) => object.kind === kind) as ObjectOf[K][];
  const { node, clusterCIDR } = JSON.parse(captured('capture.json')) as { node: string; clusterCIDR: string };
  const addresses = ofKind('Node').find(({ metadata }) => metadata.name === node)?.status?.addresses ?? [];
  return {
    rules: normaliseIptablesSave(captured('iptables-save.txt')),
    state: {
      nodeName: node,
      nodeIP: addresses.find(({ type }) => type === 'InternalIP')?.address ?? '',
      clusterCIDR,
      services: ofKind('Service'),
      endpointSlices: ofKind('EndpointSlice'),
    },
  };
}
