import { profiles } from '../../../profiles/index.ts';
import type { ClusterSource } from '../../core/cluster.ts';
import type { Exec, ExecOptions, ExecResult } from '../../core/exec.ts';
import type { Ip4 } from '../../core/ip.ts';
import {
  type EndpointSlice,
  type Kind,
  type ObjectOf,
  type Pod,
  type Service,
  serviceNameLabel,
} from '../../core/k8s.ts';
import type { Inspection } from '../../datapath/inspection.ts';
import type { ProfileName } from '../../profile/profile.ts';
import type { LabNode, Runtime, Target } from '../../runtime/port.ts';
import type { VerifyLab } from '../check.ts';
import type { Probe, ProbeResult } from '../client/protocol.ts';
import { boundary } from '../kernel/rulesets.ts';

/** A lab without a kernel, for unit tests: three nodes, a server on each, neighbours on the two workers. */
export interface FakeLab {
  /** Answers a command that runs at a place; undefined: exit code 0 and no output. */
  readonly command?: (
    target: Target,
    argv: readonly string[],
    options: ExecOptions,
  ) => Partial<ExecResult> | undefined;
  /** Answers a probe; undefined: as a healthy lab would. */
  readonly probe?: (target: Target, probe: Probe) => ProbeResult | undefined;
  readonly inspection?: (node: string) => Partial<Inspection>;
  readonly hasWorld?: boolean;
}

const names = ['lab-control-plane', 'lab-worker', 'lab-worker2'];
export const fakeNodes: readonly LabNode[] = names.map((name, index) => ({
  name,
  role: index === 0 ? 'control-plane' : 'worker',
  address: `172.30.0.${index + 2}` as Ip4,
  podCIDR: `10.244.${index}.0/24`,
}));

export const fakePods: readonly Pod[] = [
  ...names.map((node, index) => pod(`demo-${index}`, node, `10.244.${index}.2`)),
  ...names.slice(1).map((node, index) => pod(`hello-${index}`, node, `10.244.${index + 1}.3`)),
];

export const fakeServices: readonly Service[] = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'default', name: 'demo' },
    spec: {
      type: 'NodePort',
      clusterIP: '10.96.10.10',
      ports: [
        { name: 'http', port: 8080, targetPort: 80, nodePort: 32000 },
        { name: 'echo-tcp', port: 7000, targetPort: 7000, nodePort: 32007 },
        { name: 'echo-udp', protocol: 'UDP', port: 7000, targetPort: 7000, nodePort: 32007 },
      ],
    },
  },
];

export const fakeSlices: readonly EndpointSlice[] = [
  slice('demo', 'demo-', [
    { name: 'http', port: 80 },
    { name: 'echo-tcp', port: 7000 },
    { name: 'echo-udp', port: 7000, protocol: 'UDP' },
  ]),
  slice('hello', 'hello-', [{ name: 'http', port: 8080 }]),
];

export function fakeLab(profile: ProfileName): VerifyLab {
  const found = profiles.find(({ name }) => name === profile);
  if (found === undefined) throw new Error(`no profile ${profile}`);
  return {
    name: 'lab',
    profile,
    datapath: found.datapath,
    network: {
      podCIDR: '10.244.0.0/16',
      serviceCIDR: '10.96.0.0/16',
      nativeRoutingCIDR: '10.244.0.0/16',
      nodePortRange: { first: 30_000, last: 32_767 },
      mtu: 1500,
    },
  };
}

export function fakeRuntime(lab: FakeLab = {}): Runtime {
  return {
    name: 'netns',
    lab: 'lab',
    nodes: fakeNodes,
    cluster: fakeCluster,
    probeClient: ['probe-client'],
    at: (target) => fakeExec(target, lab),
    start: async (_target, _file, args) => ({
      seen: async () => (args.includes('serve') ? '{"tcp":41000,"udp":41000}' : heldLine),
      stop: async () => ({ stdout: '', stderr: '' }),
    }),
    converse: async (target, file, args) => ({
      ask: async (line) => (await fakeExec(target, lab)(file, args, { input: line })).stdout,
      isOver: () => false,
      end: async () => undefined,
    }),
    inspect: async (node) => ({ ...emptyInspection(node), ...lab.inspection?.(node) }),
    entersFromOutside: true,
    addressOf: (role) =>
      role === 'client'
        ? ('203.0.113.2' as Ip4)
        : lab.hasWorld === false
          ? undefined
          : ('198.51.100.2' as Ip4),
  };
}

export const emptyInspection = (node: string): Inspection => ({
  node,
  programs: [],
  tables: { endpoints: [], ipcache: [], services: [], conntrack: [], nat: [] },
  counters: {},
  config: {},
});

const heldLine = JSON.stringify({
  localPort: 40_000,
  answeredBy: { pod: 'world', node: '', client: '172.30.0.3', clientPort: 50_000 },
});

const objects: { readonly [K in Kind]?: readonly ObjectOf[K][] } = {
  Pod: fakePods,
  Service: fakeServices,
  EndpointSlice: fakeSlices,
};

const fakeCluster: ClusterSource = {
  list: async <K extends Kind>(kind: K) => (objects[kind] ?? []) as readonly ObjectOf[K][],
  watch: async () => undefined,
};

const emptyNft = '{"nftables": [{"metainfo": {}}]}';

function fakeExec(target: Target, lab: FakeLab): Exec {
  return async (file, args, options = {}) => {
    const answer = lab.command?.(target, [file, ...args], options);
    if (answer !== undefined) return { stdout: '', stderr: '', exitCode: 0, ...answer };
    if (file === 'nft') return ok(emptyNft);
    if (args[1]?.startsWith('nft -j list tables')) return ok([emptyNft, emptyNft, '', ''].join(boundary));
    if (file === 'ip') return ok('[]');
    if (file !== 'probe-client') return ok('');
    const probes = JSON.parse(options.input ?? '[]') as Probe[];
    return ok(JSON.stringify(probes.map((probe) => lab.probe?.(target, probe) ?? healthy(probe))));
  };
}

const ok = (stdout: string): ExecResult => ({ stdout, stderr: '', exitCode: 0 });

export function healthy(probe: Probe): ProbeResult {
  if (probe.protocol === 'icmp') return { ok: true, ttl: 61, attempts: 1, milliseconds: 1 };
  return {
    ok: true,
    answeredBy: { pod: 'demo-1', node: 'lab-worker', client: '10.244.1.3', clientPort: 40_000 },
    peer: `${probe.address}:${probe.port}`,
    attempts: 1,
    milliseconds: 1,
  };
}

function pod(name: string, nodeName: string, podIP: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name },
    spec: { nodeName, containers: [{ name: 'demo', image: 'demo' }] },
    status: { phase: 'Running', podIP },
  };
}

function slice(service: string, prefix: string, ports: NonNullable<EndpointSlice['ports']>): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'default', name: `${service}-1`, labels: { [serviceNameLabel]: service } },
    addressType: 'IPv4',
    ports,
    endpoints: fakePods
      .filter(({ metadata }) => metadata.name.startsWith(prefix))
      .map(({ spec, status }) => ({
        addresses: [status?.podIP ?? ''],
        conditions: { ready: true },
        ...(spec.nodeName === undefined ? {} : { nodeName: spec.nodeName }),
      })),
  };
}
