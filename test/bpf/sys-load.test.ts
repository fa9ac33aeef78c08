import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProfile } from '../../profiles/index.ts';
import { openHooks } from '../../src/agent/attach/index.ts';
import { type Built, compileDatapath } from '../../src/agent/compile.ts';
import { inspect } from '../../src/agent/inspect/index.ts';
import { loadDatapath, nodeFacts } from '../../src/agent/load.ts';
import { openCollector, openTable } from '../../src/agent/tables/index.ts';
import {
  attachTcx,
  clsactFilters,
  ifindexOf,
  inNamespace,
  openLink,
  openProgram,
  tcxPrograms,
} from '../../src/bpf-sys/index.ts';
import type { AgentConfig } from '../../src/core/agent-config.ts';
import type { Ip4 } from '../../src/core/ip.ts';
import { cacheRoot } from '../../src/core/paths.ts';
import { maps } from '../../src/datapath/generated/maps.ts';
import { exec } from '../../src/platform/exec.ts';
import { type ScratchBpffs, scratchBpffs, scratchNamespace } from './sys-fixture.ts';

const namespace = `t-sys-load-${process.pid}`;
const cgroup = `/sys/fs/cgroup/unified/t-sys-load-${process.pid}`;
let bpffs: ScratchBpffs;
let netns: ReturnType<typeof scratchNamespace>;
let built: Built;
let pins: string;

beforeAll(async () => {
  bpffs = scratchBpffs();
  netns = scratchNamespace(namespace);
  mkdirSync(cgroup);
  pins = join(bpffs.path, 'node');
  built = await compileDatapath({
    sources: join(import.meta.dirname, '../../bpf'),
    cache: cacheRoot(),
    exec,
  });
});
afterAll(() => {
  netns.remove();
  bpffs.remove();
  rmdirSync(cgroup);
});

function config(profile: string, change: Partial<AgentConfig['datapath']> = {}): AgentConfig {
  const datapath = findProfile(profile)?.datapath;
  if (datapath === undefined) throw new Error(`no profile ${profile}`);
  return {
    schema: 'labctl.dev/agent/v1',
    lab: 't',
    node: 't-worker',
    profile,
    datapath: { ...datapath, ...change },
    network: {
      podCIDR: '10.244.0.0/16',
      serviceCIDR: '10.96.0.0/16',
      nativeRoutingCIDR: '10.244.0.0/16',
      nodePortRange: { first: 30000, last: 32767 },
      natPortRange: { first: 49152, last: 65535 },
      device: 'near',
      mtu: 1500,
    },
    paths: { run: '', socket: '', pins, cgroup, cache: '', bpf: '' },
    cluster: { source: 'directory', path: '' },
  };
}
const inside = <T>(run: () => T extends PromiseLike<unknown> ? never : T): T => inNamespace(netns.path, run);
const load = (wanted: AgentConfig): void =>
  inside(() => {
    loadDatapath(wanted, { ...nodeFacts('near', '172.18.0.2' as Ip4), isSwitched: false }, built);
    return undefined;
  });
const pinnedId = (program: string): number => {
  const opened = openProgram(join(pins, 'programs', program));
  const { id } = opened.info;
  opened.close();
  return id;
};
const atHook = (device: string, direction: 'ingress' | 'egress'): readonly number[] =>
  inside(() => tcxPrograms(ifindexOf(device) ?? 0, direction));
const linkId = (name: string): number => {
  const link = openLink(join(pins, 'links', name));
  const { id } = link.info();
  link.close();
  return id;
};

/** In order: each part goes on with what the one before left pinned. */
describe('a node that is loaded, attached, restarted and switched', () => {
  it('loads the kube-proxy profile without socket programs', () => {
    load(config('kube-proxy'));
    expect(readdirSync(join(pins, 'programs')).sort()).toEqual([
      'lab_from_container',
      'lab_from_netdev',
      'lab_to_container',
      'lab_to_netdev',
    ]);
  });

  it('attaches each program once, however often it is told to', () => {
    inside(() => {
      const hooks = openHooks({ pins, attach: 'tcx' });
      for (let time = 0; time < 2; time += 1) {
        hooks.device('near');
        hooks.endpoint('far');
      }
      return undefined;
    });
    expect(atHook('near', 'ingress')).toEqual([pinnedId('lab_from_netdev')]);
    expect(atHook('near', 'egress')).toEqual([pinnedId('lab_to_netdev')]);
    expect(atHook('far', 'ingress')).toEqual([pinnedId('lab_from_container')]);
    expect(atHook('far', 'egress')).toEqual([pinnedId('lab_to_container')]);
  });

  it('switches to ebpf with tables and links kept: the same maps and links, new programs in them', () => {
    const services = openTable(pins, maps.lab_svc4);
    const entry = [
      { addr: 0x0a600001, port: 80, proto: 6, scope: 0, slot: 0 },
      { backendId: 0, affinitySeconds: 0, count: 0, revNat: 1, flags: 0 },
    ] as const;
    services.set(...entry);
    const before = { link: linkId('device-near-ingress'), program: pinnedId('lab_from_netdev') };

    load(config('ebpf'));
    const change = inside(() => {
      const hooks = openHooks({ pins, attach: 'tcx' });
      const change = hooks.refresh();
      hooks.cgroup(cgroup);
      return change;
    });
    expect(change).toEqual({ kept: 0, swapped: 4, dropped: 0 });
    expect(pinnedId('lab_from_netdev')).not.toBe(before.program);
    expect(linkId('device-near-ingress')).toBe(before.link);
    expect(atHook('near', 'ingress')).toEqual([pinnedId('lab_from_netdev')]);
    expect(services.entries()).toEqual([entry]);
    const again = openTable(pins, maps.lab_svc4);
    expect(again.entries()).toEqual([entry]);
    for (const table of [services, again]) table.close();
  });

  it('is inspected from the kernel alone, foreign programs included', () => {
    const foreign = inside(() => {
      const program = openProgram(join(pins, 'programs/lab_to_container'));
      const link = attachTcx(program, ifindexOf('near') ?? 0, 'ingress');
      program.close();
      return link;
    });
    const seen = inside(() => inspect({ node: 't-worker', pins, cgroup, device: 'near' }));
    foreign.close();
    expect(seen.config).toMatchObject({
      service_lb: 1,
      masquerade: 1,
      host_routing: 1,
      node_addr: '172.18.0.2',
      service_cidr_mask: '255.255.0.0',
      nodeport_last: 32767,
    });
    expect(seen.tables.services).toEqual([
      expect.objectContaining({ address: '10.96.0.1', port: 80, protocol: 'TCP', backends: [] }),
    ]);
    const hooks = seen.programs.map(({ hook, name, ours }) => ({ hook, name, ours }));
    expect(hooks).toContainEqual({ hook: 'tcx/ingress', name: 'lab_from_netdev', ours: true });
    expect(hooks).toContainEqual({ hook: 'cgroup/connect4', name: 'lab_sock4_connect', ours: true });
    expect(hooks.filter(({ hook }) => hook === 'tcx/ingress')).toHaveLength(2);
    expect(seen.counters['forward.redirect_peer']).toEqual({ packets: 0, bytes: 0 });
  });

  it('attaches anew where a device was replaced by another of the same name', () => {
    const dead = linkId('endpoint-far-ingress');
    execFileSync('ip', ['-n', namespace, 'link', 'del', 'far']);
    execFileSync('ip', ['-n', namespace, 'link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far']);
    inside(() => {
      const hooks = openHooks({ pins, attach: 'auto' });
      expect(hooks.list().filter(({ alive }) => !alive)).toHaveLength(4);
      hooks.device('near');
      hooks.endpoint('far');
      expect(hooks.list().filter(({ alive }) => !alive)).toEqual([]);
      return undefined;
    });
    expect(linkId('endpoint-far-ingress')).not.toBe(dead);
    expect(atHook('far', 'ingress')).toEqual([pinnedId('lab_from_container')]);
  });

  it('moves from TCX to clsact and back, never with both', () => {
    const near = (): number => ifindexOf('near') ?? 0;
    inside(() => {
      const hooks = openHooks({ pins, attach: 'clsact' });
      hooks.device('near');
      hooks.device('near');
      expect(clsactFilters(near(), 'ingress').map(({ programId }) => programId)).toEqual([
        pinnedId('lab_from_netdev'),
      ]);
      expect(tcxPrograms(near(), 'ingress')).toEqual([]);
      openHooks({ pins, attach: 'tcx' }).device('near');
      expect(clsactFilters(near(), 'ingress')).toEqual([]);
      expect(tcxPrograms(near(), 'ingress')).toEqual([pinnedId('lab_from_netdev')]);
      return undefined;
    });
  });

  it('detaches endpoints whose device is there, or gone', () => {
    inside(() => {
      const hooks = openHooks({ pins, attach: 'tcx' });
      hooks.detachEndpoint('far');
      hooks.detachEndpoint('far');
      expect(tcxPrograms(ifindexOf('far') ?? 0, 'ingress')).toEqual([]);
      hooks.endpoint('far');
      execFileSync('ip', ['-n', namespace, 'link', 'del', 'far']);
      hooks.detachEndpoint('far');
      hooks.detachCgroup();
      expect(hooks.refresh()).toEqual({ kept: 0, swapped: 0, dropped: 2 });
      expect(readdirSync(join(pins, 'links'))).toEqual([]);
      return undefined;
    });
  });

  it('refuses a pinned table of another size, naming it and the difference', () => {
    execFileSync('ip', ['-n', namespace, 'link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far']);
    const { sizes } = config('ebpf').datapath;
    const other = config('ebpf', { sizes: { ...sizes, services: sizes.services + 1 } });
    expect(() => load(other)).toThrow(/lab_svc4 was made with another layout: entries \d+, not \d+/);
    unlinkSync(join(pins, 'maps/lab_svc4'));
    load(other);
  });
});

describe('a table', () => {
  it('writes only what differs, and knows what somebody else wrote before it was opened', () => {
    const key = (id: number) => ({ id });
    const value = (port: number) => ({ addr: 1, port, proto: 6 });
    const first = openTable(pins, maps.lab_backend4);
    first.set(key(1), value(80));
    first.set(key(9), value(80));
    const table = openTable(pins, maps.lab_backend4);
    expect(
      table.replace([
        [key(1), value(80)],
        [key(2), value(80)],
      ]),
    ).toEqual({ written: 1, deleted: 1 });
    expect(
      table.replace([
        [key(1), value(80)],
        [key(2), value(80)],
      ]),
    ).toEqual({ written: 0, deleted: 0 });
    table.set(key(3), value(1));
    table.delete(key(1));
    expect(
      table.replace([
        [key(2), value(81)],
        [key(3), value(1)],
      ]),
    ).toEqual({ written: 1, deleted: 0 });
    expect([...table.entries()].sort(([a], [b]) => a.id - b.id)).toEqual([
      [key(2), value(81)],
      [key(3), value(1)],
    ]);
    table.replace([]);
    expect(table.entries()).toEqual([]);
    for (const each of [first, table]) each.close();
  });
});

describe('collection', () => {
  const tuple = (sport: number) => ({ saddr: 1, daddr: 2, sport, dport: 80, proto: 6 });
  const reply = (sport: number) => ({ saddr: 2, daddr: 9, sport: 80, dport: sport, proto: 6 });
  const flow = (sport: number, expires: bigint) =>
    ({ expires, packets: 1n, bytes: 1n, reply: reply(sport), revNat: 0, state: 1, flags: 1 }) as const;
  const forward = (sport: number) => ({
    to: { ...tuple(sport), saddr: 9 },
    backendId: 0,
    revNat: 0,
    kind: 3,
    flags: 0,
  });
  const back = (sport: number) => ({
    to: { saddr: 2, daddr: 1, sport: 80, dport: sport, proto: 6 },
    backendId: 0,
    revNat: 0,
    kind: 3,
    flags: 1,
  });

  it('ends flows whose time is over with both their NAT entries, and orphans at the second look', () => {
    const flows = openTable(pins, maps.lab_ct4);
    const nat = openTable(pins, maps.lab_nat4);
    for (const [sport, expires] of [
      [1000, 50n],
      [1001, 150n],
    ] as const) {
      flows.set(tuple(sport), flow(sport, expires));
      nat.set(tuple(sport), forward(sport));
      nat.set(reply(sport), back(sport));
    }
    nat.set(tuple(1002), forward(1002));
    const collector = openCollector(pins);
    expect(collector.collect(100n)).toEqual({ conntrack: 1, nat: 2 });
    expect(flows.entries().map(([key]) => key.sport)).toEqual([1001]);
    expect(nat.entries()).toHaveLength(3);
    expect(collector.collect(100n)).toEqual({ conntrack: 0, nat: 1 });
    expect(
      nat
        .entries()
        .map(([{ sport, dport }]) => Math.max(sport, dport))
        .sort(),
    ).toEqual([1001, 1001]);
    for (const each of [flows, nat, collector]) each.close();
  });

  it('leaves a way back that another flow has by now', () => {
    const flows = openTable(pins, maps.lab_ct4);
    const nat = openTable(pins, maps.lab_nat4);
    for (const table of [flows, nat]) table.replace([]);
    flows.set(tuple(1000), flow(1000, 50n));
    flows.set(tuple(2000), { ...flow(2000, 150n), reply: reply(1000) });
    nat.set(tuple(2000), { ...forward(2000), to: { ...tuple(1000), saddr: 9 } });
    nat.set(reply(1000), back(2000));
    const collector = openCollector(pins);
    expect(collector.collect(100n)).toEqual({ conntrack: 1, nat: 0 });
    expect(flows.entries().map(([key]) => key.sport)).toEqual([2000]);
    expect(nat.entries()).toHaveLength(2);
    for (const each of [flows, nat, collector]) each.close();
  });
});
