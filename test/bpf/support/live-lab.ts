import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Built } from '../../../src/agent/compile.ts';
import {
  attachCgroup,
  attachTcx,
  type BpfLink,
  inNamespace,
  netnsCookie,
} from '../../../src/bpf-sys/index.ts';
import { findCgroup2 } from './cgroup.ts';
import { type Datapath, loadDatapath, type Variables } from './datapath.ts';
import { server } from './live-scripts.ts';
import {
  ifindexIn,
  macOf,
  makeTopology,
  type NodePlan,
  namespaceOf,
  nodes,
  type Place,
  removeTopology,
} from './live-topology.ts';
import { addEndpoint, addService, fillIpcache, mac, type ServicePlan, variables } from './tables.ts';

export interface LiveLab {
  readonly datapath: Readonly<Record<'node1' | 'node2', Datapath>>;
  /** Runs a Node script at a place and answers its first line. `inCgroup` gives it socket LB. */
  run(place: Place, script: string, args: readonly string[], options?: { inCgroup?: boolean }): string;
  /** Starts a Node script that answers a line for each line it gets. */
  talk(place: Place, script: string, args: readonly string[], options?: { inCgroup?: boolean }): Talk;
  /** Runs any program there; answers stdout, or stderr and the exit code where it fails. */
  sh(place: Place, command: string): string;
  destroy(): Promise<void>;
}

export interface Talk {
  ask(): Promise<string>;
  end(): Promise<void>;
}

/** Real namespaces, real sockets, the programs attached: what BPF_PROG_TEST_RUN cannot show. */
export async function liveLab(
  built: Built,
  profile: Variables,
  services: readonly ServicePlan[],
): Promise<LiveLab> {
  const cgroup = join(findCgroup2(), `t-bpf-${process.pid}`);
  const links: BpfLink[] = [];
  const processes: ChildProcess[] = [];
  makeTopology();
  const datapath = {} as Record<'node1' | 'node2', Datapath>;
  for (const node of nodes) {
    datapath[node.name] = startNode(built, node, profile, services);
    links.push(...attach(node, datapath[node.name], profile, join(cgroup, node.name)));
    for (const pod of node.pods) processes.push(await serve(pod.name, pod.name, ['80', '8080']));
    processes.push(await serve(node.name, node.name, ['7000']));
  }
  processes.push(await serve('client', 'client', ['80']));
  const argvOf = (
    place: Place,
    script: string,
    args: readonly string[],
    options: { readonly inCgroup?: boolean },
  ): string[] => {
    const enter = options.inCgroup === true ? `echo 0 > ${cgroup}/${nodeOf(place)}/cgroup.procs; ` : '';
    const node = ['netns', 'exec', namespaceOf(place), process.execPath, '-e', script, ...args];
    return ['-c', `${enter}exec ip "$@"`, 'sh', ...node];
  };
  return {
    datapath,
    run(place, script, args, options = {}) {
      const result = spawnSync('sh', argvOf(place, script, args, options), { encoding: 'utf8' });
      return `${result.stdout}${result.stderr}`.trim();
    },
    talk(place, script, args, options = {}) {
      const child = spawn('sh', argvOf(place, script, args, options), { stdio: ['pipe', 'pipe', 'inherit'] });
      processes.push(child);
      return {
        async ask() {
          child.stdin.write('\n');
          const [line] = (await once(child.stdout, 'data', { signal: AbortSignal.timeout(5000) })) as [
            Buffer,
          ];
          return line.toString().trim();
        },
        async end() {
          child.stdin.end();
          await once(child, 'exit');
        },
      };
    },
    sh(place, command) {
      const result = spawnSync('ip', ['netns', 'exec', namespaceOf(place), 'sh', '-c', command], {
        encoding: 'utf8',
      });
      return result.status === 0
        ? result.stdout.trim()
        : `${result.stderr}${result.stdout} (${result.status})`;
    },
    async destroy() {
      for (const child of processes) {
        if (child.exitCode !== null) continue;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      for (const link of links) link.close();
      for (const node of nodes) {
        datapath[node.name].close();
        rmdirSync(join(cgroup, node.name));
      }
      rmdirSync(cgroup);
      removeTopology();
    },
  };
}

const nodeOf = (place: Place): string =>
  nodes.find(({ name, pods }) => name === place || pods.some((pod) => pod.name === place))?.name ?? '';

function startNode(
  built: Built,
  node: NodePlan,
  profile: Variables,
  services: readonly ServicePlan[],
): Datapath {
  const cookie = inNamespace(`/run/netns/${namespaceOf(node.name)}`, () => netnsCookie());
  const datapath = loadDatapath(built, {
    ...variables(node.address, ifindexIn(node.name, 'eth0')),
    ...profile,
    host_netns_cookie: cookie,
  });
  fillIpcache(datapath, node.address);
  for (const [index, pod] of node.pods.entries()) {
    addEndpoint(datapath, pod.address, {
      id: index + 1,
      ifindex: ifindexIn(node.name, `lxc${pod.name}`),
      mac: mac(macOf(pod.name, 'eth0')),
      nodeMac: mac(macOf(node.name, `lxc${pod.name}`)),
    });
  }
  for (const service of services) addService(datapath, service);
  return datapath;
}

const sockHooks = ['connect', 'sendmsg', 'recvmsg', 'getpeername'] as const;

function attach(node: NodePlan, datapath: Datapath, profile: Variables, cgroup: string): BpfLink[] {
  const program = (name: string) => {
    const found = datapath.programs[name];
    if (found === undefined) throw new Error(`no program ${name}`);
    return found;
  };
  mkdirSync(cgroup, { recursive: true });
  const links = inNamespace(`/run/netns/${namespaceOf(node.name)}`, () =>
    [
      { device: 'eth0', ingress: 'lab_from_netdev', egress: 'lab_to_netdev' },
      ...node.pods.map(({ name }) => ({
        device: `lxc${name}`,
        ingress: 'lab_from_container',
        egress: 'lab_to_container',
      })),
    ].flatMap(({ device, ingress, egress }) => [
      attachTcx(program(ingress), ifindexIn(node.name, device), 'ingress'),
      attachTcx(program(egress), ifindexIn(node.name, device), 'egress'),
    ]),
  );
  if (profile.service_lb !== 1) return links;
  for (const hook of sockHooks) {
    links.push(attachCgroup(program(`lab_sock4_${hook}`), cgroup, `${hook}4`));
    links.push(attachCgroup(program(`lab_sock6_${hook}`), cgroup, `${hook}6`));
  }
  return links;
}

async function serve(place: Place, name: string, ports: readonly string[]): Promise<ChildProcess> {
  const child = spawn(
    'ip',
    ['netns', 'exec', namespaceOf(place), process.execPath, '-e', server, name, ...ports],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(child.stdout, 'data');
  return child;
}

/** Turns an offload of a device off or on. */
export function offload(place: Place, device: string, ...settings: string[]): void {
  execFileSync('ip', ['netns', 'exec', namespaceOf(place), 'ethtool', '-K', device, ...settings]);
}
