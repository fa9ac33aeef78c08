/**
 * Writes test/fixtures/kube-proxy/<minor>/: what a real kube-proxy makes of services.yaml.
 * Makes a kind cluster, applies the table, reads one worker's rules and sysctls, deletes the cluster.
 * The suite on real clusters applies the same table to the lab's own cluster (test/e2e/kube-proxy/stored-chains.ts).
 *
 *   tsx scripts/kube-proxy-capture.ts [--image kindest/node:v1.34.4]
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { $, argv } from 'zx';
import { type ApiObject, applyCases, captureCluster, settledRules } from './lib/kube-proxy-cases.ts';

const cluster = captureCluster;
const node = `${cluster}-worker`;
const root = join(import.meta.dirname, '..');
const image = String(argv.image ?? 'kindest/node:v1.34.4');
const minor = /:(v\d+\.\d+)/.exec(image)?.[1] ?? 'unknown';
const fixtures = join(root, 'test/fixtures/kube-proxy', minor);
const podSubnet = '10.244.0.0/16';
const sysctls = [
  'net.ipv4.conf.all.route_localnet',
  'net.netfilter.nf_conntrack_max',
  'net.netfilter.nf_conntrack_tcp_be_liberal',
  'net.netfilter.nf_conntrack_tcp_timeout_established',
  'net.netfilter.nf_conntrack_tcp_timeout_close_wait',
  'net.netfilter.nf_conntrack_udp_timeout',
  'net.netfilter.nf_conntrack_udp_timeout_stream',
];

async function main(): Promise<void> {
  const standIn = join(root, '../shared/offline-kind/up');
  if (existsSync(standIn)) await $`${standIn}`;
  if ((await $`kind get clusters`.nothrow()).stdout.split('\n').includes(cluster)) {
    throw new Error(`a kind cluster named ${cluster} exists: delete it first`);
  }
  const work = mkdtempSync(join(tmpdir(), 'kube-proxy-capture-'));
  const kubeconfig = join(work, 'kubeconfig');
  process.env.KUBECONFIG = kubeconfig;
  try {
    await $({ input: stringify(clusterConfig()) })`kind create cluster --image ${image} --config -`;
    await applyCases({ name: cluster, kubeconfig }, join(fixtures, 'services.yaml'));
    const save = await settledRules(node);
    writeFileSync(join(fixtures, 'iptables-save.txt'), save);
    writeFileSync(join(fixtures, 'cluster.yaml'), await clusterObjects());
    writeFileSync(join(fixtures, 'capture.json'), `${JSON.stringify(await facts(save), null, 2)}\n`);
  } finally {
    await $`kind delete cluster --name ${cluster}`.nothrow();
    rmSync(work, { recursive: true, force: true });
  }
}

const clusterConfig = (): unknown => ({
  kind: 'Cluster',
  apiVersion: 'kind.x-k8s.io/v1alpha4',
  name: cluster,
  // No CNI: no pod writes a rule or changes an EndpointSlice while we look.
  networking: {
    ipFamily: 'ipv4',
    podSubnet,
    serviceSubnet: '10.96.0.0/16',
    kubeProxyMode: 'iptables',
    disableDefaultCNI: true,
  },
  nodes: [{ role: 'control-plane' }, { role: 'worker' }, { role: 'worker' }],
});

async function clusterObjects(): Promise<string> {
  const { items } = JSON.parse((await $`kubectl get nodes,services,endpointslices -A -o json`).stdout) as {
    items: ApiObject[];
  };
  const order = ['Node', 'Service', 'EndpointSlice'];
  const place = (object: ApiObject): string =>
    `${order.indexOf(object.kind)} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  const sorted = items.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
  const header =
    '# Made by scripts/kube-proxy-capture.ts: what the API server held when the rules were read.\n';
  return header + sorted.map((object) => stringify(essence(object), { lineWidth: 0 })).join('---\n');
}

/** The object without what differs from one run to the next and is no input of kube-proxy. */
function essence(object: ApiObject): unknown {
  const { name, namespace, labels } = object.metadata;
  const own = Object.entries(labels ?? {}).filter(([key]) => !key.endsWith('-hash'));
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(own.length === 0 ? {} : { labels: Object.fromEntries(own) }),
  };
  const { apiVersion, kind } = object;
  if (kind === 'EndpointSlice') {
    const { addressType, endpoints, ports } = object;
    return { apiVersion, kind, metadata, addressType, endpoints: endpoints ?? [], ports: ports ?? [] };
  }
  if (kind === 'Node') {
    const { addresses } = object.status as { addresses: unknown };
    const { podCIDR } = object.spec as { podCIDR?: string };
    return { apiVersion, kind, metadata: { name }, spec: { podCIDR }, status: { addresses } };
  }
  return { apiVersion, kind, metadata, spec: object.spec, status: object.status };
}

async function facts(save: string): Promise<unknown> {
  const run = async (...command: string[]): Promise<string> =>
    (await $`docker exec ${node} ${command}`.nothrow()).stdout.trim();
  const version = /v([\d.]+) \((\w+)\)/.exec(await run('iptables', '--version'));
  const pod =
    await $`kubectl -n kube-system get pods -l k8s-app=kube-proxy --field-selector spec.nodeName=${node} -o name`;
  const proxy = await $`kubectl -n kube-system exec ${pod.stdout.trim()} -- kube-proxy --version`.nothrow();
  const read = async (...prefix: string[]): Promise<Record<string, string>> =>
    Object.fromEntries(
      await Promise.all(
        sysctls.map(async (name) => [
          name,
          await run(...prefix, 'cat', `/proc/sys/${name.replaceAll('.', '/')}`),
        ]),
      ),
    );
  return {
    node,
    nodeImage: image,
    kubeProxy: proxy.stdout.trim(),
    iptables: version?.[1],
    backend: version?.[2],
    clusterCIDR: podSubnet,
    nfacct: [...new Set([...save.matchAll(/--nfacct-name +(\S+)/g)].map((match) => match[1]))].sort(),
    sysctls: { withKubeProxy: await read(), freshNamespace: await read('unshare', '-n') },
  };
}

await main();
