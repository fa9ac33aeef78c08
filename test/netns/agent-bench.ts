/** Two nodes and an outside host on one bridge, each with what a runtime gives an agent. No labctl command runs. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applySettings } from '../../src/agent/node/sysctls.ts';
import { inNamespace, mountBpffs, unmountBpffs } from '../../src/bpf-sys/index.ts';
import type { AgentConfig, DatapathConfig } from '../../src/core/agent-config.ts';
import type { ClusterStore } from '../../src/core/cluster.ts';
import type { K8sObject, Kind, ObjectOf } from '../../src/core/k8s.ts';
import { waitFor } from '../../src/core/wait-for.ts';
import { type BackgroundProcess, startBackground } from '../../src/platform/background.ts';
import { cgroupRoot, removeCgroup } from '../../src/platform/cgroup.ts';
import { openClusterDir } from '../../src/platform/cluster-dir.ts';
import { execLean } from '../../src/platform/exec-lean.ts';
import { bundledProgram, projectRoot } from '../../src/platform/fs.ts';
import { namespacePath, placed } from '../../src/platform/placed.ts';

const prefix = 't-agent';
const names = ['n1', 'n2'] as const;
export type NodeName = (typeof names)[number];
export const nodeAddress: Readonly<Record<NodeName, string>> = { n1: '172.31.77.2', n2: '172.31.77.3' };
export const podCIDR: Readonly<Record<NodeName, string>> = { n1: '10.244.1.0/24', n2: '10.244.2.0/24' };
export const outsideAddress = '172.31.77.100';

export interface Pod {
  readonly id: string;
  readonly node: NodeName;
  readonly namespace: string;
  readonly cgroup: string;
  readonly address: string;
  readonly result: Readonly<Record<string, unknown>>;
}

export interface Bench {
  readonly directory: string;
  readonly cluster: ClusterStore;
  readonly put: (...objects: readonly K8sObject[]) => Promise<void>;
  readonly config: (node: NodeName) => AgentConfig;
  /** With other switches than the bench's where they are given. */
  readonly startAgent: (node: NodeName, switches?: Partial<DatapathConfig>) => Promise<BackgroundProcess>;
  /** Path on the agent's socket; the body of a 200. */
  readonly ask: (node: NodeName, path: string) => Promise<{ readonly status: number; readonly body: string }>;
  readonly ready: (node: NodeName) => Promise<void>;
  readonly plugin: (
    node: NodeName,
    env: Readonly<Record<string, string>>,
    config?: Readonly<Record<string, unknown>>,
  ) => Promise<{ readonly exitCode: number; readonly answer: Record<string, unknown> | undefined }>;
  readonly addPod: (node: NodeName, id: string) => Promise<Pod>;
  readonly deletePod: (pod: Pod) => Promise<void>;
  /** Runs a program in a pod, on a node or outside; pods and nodes in the node's cgroup. */
  readonly run: (
    at: Pod | NodeName | 'outside',
    file: string,
    ...args: readonly string[]
  ) => Promise<{ readonly stdout: string; readonly stderr: string; readonly exitCode: number }>;
  readonly start: (
    at: Pod | NodeName | 'outside',
    file: string,
    ...args: readonly string[]
  ) => Promise<BackgroundProcess>;
  readonly close: () => Promise<void>;
}

const ns = (name: string): string => `${prefix}-${name}`;
const sizes = { conntrack: 32_768, nat: 32_768, services: 1024, backends: 1024, endpoints: 256 };

export async function openBench(
  profile: string,
  datapath: Omit<DatapathConfig, 'sizes' | 'events' | 'routing'>,
): Promise<Bench> {
  const directory = mkdtempSync(join(tmpdir(), `${prefix}-`));
  const cgroups = join(cgroupRoot(), `${prefix}-${process.pid}`);
  const bpffs = join(directory, 'bpf');
  const pods = new Map<string, Pod>();
  const background: BackgroundProcess[] = [];

  const hosts = { ...nodeAddress, outside: outsideAddress };
  const down = async (): Promise<void> => {
    for (const name of ['fab', ...Object.keys(hosts)]) {
      await execLean('ip', ['netns', 'delete', ns(name)], { allowFailure: true });
    }
  };
  await down();
  await execLean('ip', ['netns', 'add', ns('fab')]);
  await ip(ns('fab'), 'link set lo up', 'link add br0 type bridge', 'link set br0 up');
  for (const [name, address] of Object.entries(hosts)) {
    await execLean('ip', ['netns', 'add', ns(name)]);
    await ip(
      ns('fab'),
      `link add fab-${name} type veth peer name eth0 netns ${ns(name)}`,
      `link set fab-${name} master br0 up`,
    );
    await ip(ns(name), 'link set lo up', `addr add ${address}/24 dev eth0`, 'link set eth0 up');
    hostile(ns(name));
    // Without a default route the stack refuses a ClusterIP before its chains see it.
    if (name !== 'outside') await ip(ns(name), `route add default via ${outsideAddress}`);
  }
  for (const node of names) {
    mkdirSync(join(cgroups, node), { recursive: true });
    mkdirSync(join(directory, node), { mode: 0o700 });
  }
  mkdirSync(bpffs);
  mountBpffs(bpffs);
  const cluster = await openClusterDir(join(directory, 'cluster'));

  const config = (node: NodeName): AgentConfig => ({
    schema: 'labctl.dev/agent/v1',
    lab: prefix,
    node,
    profile,
    datapath: { ...datapath, routing: 'native', events: 'aggregated', sizes },
    network: {
      podCIDR: '10.244.0.0/16',
      serviceCIDR: '10.96.0.0/16',
      nativeRoutingCIDR: '10.244.0.0/16',
      nodePortRange: { first: 30_000, last: 32_767 },
      natPortRange: { first: 49_152, last: 65_535 },
      device: 'eth0',
      mtu: 1500,
    },
    paths: {
      run: join(directory, node),
      socket: join(directory, node, 'agent.sock'),
      pins: join(bpffs, node),
      cgroup: join(cgroups, node),
      cache: join(tmpdir(), `${prefix}-cache`),
      bpf: join(projectRoot(), 'bpf'),
    },
    cluster: { source: 'directory', path: join(directory, 'cluster') },
  });

  const command = (at: Pod | NodeName | 'outside', file: string, args: readonly string[]) =>
    typeof at === 'string'
      ? placed({ namespace: ns(at), ...(at === 'outside' ? {} : { cgroup: join(cgroups, at) }) }, file, args)
      : placed(at, file, args);

  const bench: Bench = {
    directory,
    cluster,
    config,
    put: async (...objects) => {
      for (const object of objects) await cluster.put(object as ObjectOf[Kind]);
    },
    startAgent: async (node, switches = {}) => {
      const file = join(directory, node, 'agent.json');
      const own = config(node);
      writeFileSync(file, JSON.stringify({ ...own, datapath: { ...own.datapath, ...switches } }));
      const { file: program, args } = command(node, process.execPath, [
        bundledProgram('agent'),
        ...['run', '--config', file],
      ]);
      const agent = await startBackground({ file: program, args });
      background.push(agent);
      return agent;
    },
    ask: (node, path) => ask(config(node).paths.socket, path),
    ready: (node) =>
      waitFor(
        `agent of ${node} ready`,
        async () => {
          const { status, body } = await ask(config(node).paths.socket, '/readyz');
          return status === 200 ? { done: undefined } : { saw: `${status} ${body}` };
        },
        { timeoutMs: 60_000, intervalMs: 5 },
      ),
    plugin: async (node, env, extra = {}) => {
      const stdin = {
        cniVersion: '1.1.0',
        name: 'labctl',
        type: 'labctl-cni',
        agentSocket: config(node).paths.socket,
        ...extra,
      };
      const { exitCode, stdout } = await execLean(await pluginPath(), [], {
        env,
        input: JSON.stringify(stdin),
        allowFailure: true,
      });
      return {
        exitCode,
        answer: stdout === '' ? undefined : (JSON.parse(stdout) as Record<string, unknown>),
      };
    },
    addPod: async (node, id) => {
      const namespace = ns(`pod-${id}`);
      await execLean('ip', ['netns', 'add', namespace]);
      hostile(namespace);
      const { exitCode, answer } = await bench.plugin(node, attachment('ADD', id, namespace));
      if (exitCode !== 0 || answer === undefined) throw new Error(`ADD: ${JSON.stringify(answer)}`);
      const [ip] = answer.ips as { address: string }[];
      const cgroup = join(cgroups, node, id);
      mkdirSync(cgroup);
      const address = ip?.address.split('/')[0] ?? '';
      const pod: Pod = { id, node, namespace, cgroup, address, result: answer };
      pods.set(id, pod);
      return pod;
    },
    deletePod: async (pod) => {
      pods.delete(pod.id);
      const { exitCode, answer } = await bench.plugin(pod.node, attachment('DEL', pod.id, pod.namespace));
      await execLean('ip', ['netns', 'delete', pod.namespace], { allowFailure: true });
      if (exitCode !== 0) throw new Error(`DEL: ${JSON.stringify(answer)}`);
    },
    run: (at, file, ...args) => {
      const line = command(at, file, args);
      return execLean(line.file, line.args, { allowFailure: true, timeoutMs: 10_000 });
    },
    start: async (at, file, ...args) => {
      const started = await startBackground(command(at, file, args));
      background.push(started);
      return started;
    },
    close: async () => {
      for (const item of background) await item.stop();
      for (const pod of pods.values()) {
        await execLean('ip', ['netns', 'delete', pod.namespace], { allowFailure: true });
      }
      await removeCgroup(cgroups);
      unmountBpffs(bpffs);
      await down();
      rmSync(directory, { recursive: true });
    },
  };
  await bench.put(...names.map(nodeObject));
  return bench;
}

export const attachment = (command: string, id: string, namespace: string): Record<string, string> => ({
  CNI_COMMAND: command,
  CNI_CONTAINERID: id,
  CNI_NETNS: namespacePath(namespace),
  CNI_IFNAME: 'eth0',
  CNI_ARGS: `K8S_POD_NAMESPACE=default;K8S_POD_NAME=${id}`,
  CNI_PATH: '/opt/cni/bin',
});

/** Text of a file of a node's or pod's namespace. */
export const procOf = (pid: number, path: string): string => readFileSync(`/proc/${pid}/${path}`, 'utf8');

/** What a namespace may have copied from a hardened host. The agent must cope. */
const hostile = (namespace: string): void =>
  inNamespace(namespacePath(namespace), () => {
    applySettings([
      { name: 'net/ipv4/ip_forward', value: '0' },
      ...['all', 'default'].flatMap((link) => [
        { name: `net/ipv4/conf/${link}/rp_filter`, value: '1' },
        { name: `net/ipv4/conf/${link}/arp_ignore`, value: '2' },
        { name: `net/ipv4/conf/${link}/accept_redirects`, value: '1' },
      ]),
    ]);
  });

const nodeObject = (name: NodeName): K8sObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: { podCIDR: podCIDR[name] },
  status: { addresses: [{ type: 'InternalIP', address: nodeAddress[name] }] },
});

async function pluginPath(): Promise<string> {
  const { stdout } = await execLean(process.execPath, [
    bundledProgram('agent'),
    ...['compile', '--cache', join(tmpdir(), `${prefix}-cache`)],
  ]);
  return (JSON.parse(stdout) as { cni: string }).cni;
}

const ip = (namespace: string, ...lines: readonly string[]): Promise<unknown> =>
  execLean('ip', ['-n', namespace, '-batch', '-'], { input: `${lines.join('\n')}\n` });

function ask(socketPath: string, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve) => {
    const failed = (error: Error): void => resolve({ status: 0, body: error.message });
    const asked = request({ socketPath, path, agent: false, timeout: 2000 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.on('error', failed).end();
  });
}
