import { execFileSync } from 'node:child_process';
import type { Built } from '../../../src/agent/compile.ts';
import { inNamespace, testRun } from '../../../src/bpf-sys/index.ts';
import { maps } from '../../../src/datapath/generated/index.ts';
import { bytesOf, type Packet } from '../../support/packet.ts';
import { hosts } from '../../support/packet-hosts.ts';
import { type Datapath, loadDatapath, type Variables } from './datapath.ts';
import { addEndpoint, addService, fillIpcache, mac, type ServicePlan, variables } from './tables.ts';

/** One node under BPF_PROG_TEST_RUN: real devices and routes, packets from the test. */
export interface Bench {
  readonly datapath: Datapath;
  run(program: Program, device: Device, packet: Packet | Buffer, skb?: Skb): Outcome;
  service(plan: ServicePlan): void;
  /** Empties every table that packets fill and every Service. */
  reset(): void;
  close(): void;
}
export type Program = 'lab_from_container' | 'lab_to_container' | 'lab_from_netdev' | 'lab_to_netdev';
export type Device = 'lxca' | 'lxcb' | 'eth0';
export interface Skb {
  readonly mark?: number;
  readonly gsoSize?: number;
  readonly gsoSegments?: number;
}
export interface Outcome {
  readonly verdict: 'pass' | 'drop' | 'redirect';
  readonly packet: Buffer;
  readonly mark: number;
  /** What this run counted. */
  readonly counted: Readonly<Record<string, number>>;
}

/** Bits of skb->mark that the programs set. */
export const Mark = { tracked: 0x100, answer: 0x200 } as const;

const verdicts: Readonly<Record<number, Outcome['verdict']>> = { 0: 'pass', 2: 'drop', 7: 'redirect' };
const filledByPackets = [
  ...[maps.lab_ct4, maps.lab_ctnew4, maps.lab_nat4, maps.lab_natnew4],
  ...[maps.lab_frag4, maps.lab_affinity4],
] as const;

/** A namespace that looks like node1's, with two pods' devices and an unreachable network. */
export interface BenchNode {
  readonly path: string;
  readonly ifindex: Readonly<Record<Device, number>>;
  remove(): void;
}

export function benchNode(): BenchNode {
  const name = `t-bpf-bench-${process.pid}`;
  const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });
  ip('netns', 'add', name);
  execFileSync('ip', ['-n', name, '-batch', '-'], {
    input: [
      'link set lo up',
      'link add eth0 type veth peer name wire',
      'link add lxca type veth peer name poda',
      'link add lxcb type veth peer name podb',
      ...['eth0', 'wire', 'lxca', 'poda', 'lxcb', 'podb'].map((device) => `link set ${device} up`),
      `addr add ${hosts.node1.address}/24 dev eth0`,
      `route add default via ${hosts.router.address}`,
      `route add 10.244.2.0/24 via ${hosts.node2.address}`,
      'route add unreachable 198.51.100.0/24',
      'route add 192.0.2.0/24 dev lxcb',
    ].join('\n'),
  });
  execFileSync('ip', ['netns', 'exec', name, 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1']);
  const ifindexOf = (device: string): number =>
    (JSON.parse(ip('-n', name, '-j', 'link', 'show', device)) as { ifindex: number }[])[0]?.ifindex ?? 0;
  return {
    path: `/run/netns/${name}`,
    ifindex: { lxca: ifindexOf('lxca'), lxcb: ifindexOf('lxcb'), eth0: ifindexOf('eth0') },
    remove: () => void ip('netns', 'del', name),
  };
}

export function openBench(built: Built, node: BenchNode, values: Variables): Bench {
  const datapath = loadDatapath(built, {
    ...variables(hosts.node1.address, node.ifindex.eth0),
    ...values,
  });
  fillIpcache(datapath, hosts.node1.address);
  for (const [index, pod] of (['a', 'b'] as const).entries()) {
    addEndpoint(datapath, hosts[pod].address, {
      id: index + 1,
      ifindex: node.ifindex[`lxc${pod}`],
      mac: mac(hosts[pod].mac),
      nodeMac: mac(hosts.node1.mac),
    });
  }
  return {
    datapath,
    run(name, device, packet, skb = {}) {
      const program = datapath.programs[name];
      if (program === undefined) throw new Error(`no program ${name}`);
      const before = datapath.counters();
      const bytes = Buffer.isBuffer(packet) ? packet : bytesOf(packet);
      const run = inNamespace(node.path, () =>
        testRun(program, bytes, { ifindex: node.ifindex[device], ...skb }),
      );
      return {
        verdict: verdicts[run.verdict] ?? fail(`verdict ${run.verdict}`),
        packet: run.data,
        mark: run.mark,
        counted: difference(before, datapath.counters()),
      };
    },
    service: (plan) => addService(datapath, plan),
    reset() {
      for (const spec of filledByPackets) {
        const map = datapath.map(spec.name);
        const { keys } = map.dump();
        if (keys.length > 0) map.deleteBatch(keys);
      }
      datapath.table(maps.lab_svc4).clear();
      datapath.table(maps.lab_backend4).clear();
    },
    close: () => datapath.close(),
  };
}

function fail(text: string): never {
  throw new Error(text);
}

function difference(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).flatMap(([name, count]) =>
      count === (before[name] ?? 0) ? [] : [[name, count - (before[name] ?? 0)]],
    ),
  );
}
