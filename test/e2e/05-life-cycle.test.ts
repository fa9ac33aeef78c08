import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labctl, labctlWith, run, sh, startLabctl } from './support/cli.ts';
import { differences, type Inventory, takeInventory } from './support/inventory.ts';
import { downLab, inNode, upLab, verifyLab } from './support/lab.ts';

const lab = 'e2e-life';
const up = ['up', '--runtime', 'netns', '--profile', 'ebpf', '--name', lab] as const;

/** Nothing of the lab is left, and nothing else is gone; kernel teardown is asynchronous. */
const expectSame = (before: Inventory): Promise<void> =>
  expect.poll(async () => differences(before, await takeInventory(lab)), { timeout: 10_000 }).toEqual([]);

let before: Inventory;
beforeAll(async () => {
  await labctl('down', '--name', lab);
  before = await takeInventory(lab);
});
afterAll(() => labctl('down', '--name', lab));

describe('up', () => {
  it('--dry-run tells the plan and changes nothing', async () => {
    const plan = await labctl(...up, '--dry-run');
    expect(plan.code).toBe(0);
    expect(plan.stdout + plan.stderr).toContain(lab);
    expect(differences(before, await takeInventory(lab))).toEqual([]);
  });

  it('has nothing to do the second time, and restarts nothing', async () => {
    const live = await upLab(lab, 'ebpf');
    const identities = await programIdentities(live.nodes.map(({ metadata }) => metadata.name));
    const started = Date.now();
    const again = await labctl(...up);
    expect(again.code).toBe(0);
    expect(again.stdout + again.stderr).toContain('nothing to do');
    // The promise is 1 s on an idle machine; a shared one gets more.
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(await programIdentities(live.nodes.map(({ metadata }) => metadata.name))).toEqual(identities);
  });

  it('puts one link into the host and no rule', async () => {
    const made = differences(before, await takeInventory(lab));
    const links = made.filter((line) => line.startsWith('left behind: link'));
    expect(links).toHaveLength(1);
    expect(made.filter((line) => line.includes('nft'))).toEqual([]);
    expect(made.filter((line) => line.startsWith('lost'))).toEqual([]);
  });

  it('lets the host reach the NodePort of every node', async () => {
    const { stdout } = await labctl('get', 'nodes', '--name', lab, '-o', 'json');
    const { items } = JSON.parse(stdout) as { items: { status: { addresses: { address: string }[] } }[] };
    for (const { status } of items) {
      const answer = await sh('curl', '-sf', '-m', '10', `http://${status.addresses[0]?.address}:32000/`);
      expect(JSON.parse(answer)).toMatchObject({ pod: expect.stringMatching(/^demo-/) });
    }
  });
});

describe('output', () => {
  it.each([
    ['config', 'view', '--profile', 'kpr'],
    ['get', 'pods', '--name', lab, '-o', 'yaml'],
    ['render', '--profile', 'ebpf', '--only', 'kind', '-o', 'yaml'],
  ])('%s %s ... prints YAML from the bundle', async (...command) => {
    const { code, stdout } = await labctl(...command);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^(apiVersion|kind): /m);
  });
});

describe('down', () => {
  it('removes everything; the second time there is nothing and that is fine', async () => {
    await downLab(lab);
    await expectSame(before);
    const again = await labctl('down', '--name', lab);
    expect(again.code).toBe(0);
  });

  it.each([200, 600, 1200, 2500])('cleans up after `up` was killed at %i ms', async (ms) => {
    const child = startLabctl(...up);
    child.stdout.resume();
    child.stderr.resume();
    const ended = once(child, 'exit');
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, ms))]);
    child.kill('SIGKILL');
    await ended;
    await downLab(lab);
    await expectSame(before);
  });

  it('works after all agents were killed', async () => {
    await upLab(lab, 'ebpf');
    const agents = await run('pgrep', ['-f', `dist/agent.js run --config /run/labctl/${lab}/`], {});
    const ids = agents.stdout.trim().split('\n');
    expect(ids).toHaveLength(3);
    for (const id of ids) process.kill(Number(id), 'SIGKILL');
    await downLab(lab);
    await expectSame(before);
  });

  it('touches no object of others: a namespace, a link, a pin and a file keep identity and content', async () => {
    const foreign = await makeForeign();
    try {
      await upLab(lab, 'ebpf');
      await downLab(lab);
      expect(await foreign.identity()).toEqual(foreign.made);
    } finally {
      await foreign.remove();
    }
  });
});

describe('bad input', () => {
  // Node's own recursive mkdir never returns below /proc, and no signal ends it.
  it.each([
    ['a directory that nobody can make', ['render', '--dir', '/proc/labctl/x'], 'E_PATH'],
    ['a name that is a path', ['status', '--name', '../../etc'], 'E_LAB_NAME'],
    ['an input without end', ['render', '-f', '/dev/zero'], 'E_INPUT'],
    ['a report below a file', ['verify', '--name', lab, '--junit', '/etc/passwd/x'], 'E_PATH'],
  ])('%s is exit 2 at once', async (_, args, code) => {
    const result = await labctlWith({ limitMs: 20_000 }, ...args);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(`error ${code}: `);
    expect(result.stdout).toBe('');
  });
});

describe('verify', () => {
  it('leaves a JUnit report also when it is interrupted', async () => {
    await upLab(lab, 'ebpf');
    const directory = await mkdtemp(join(tmpdir(), 'labctl-e2e-'));
    const file = join(directory, 'verify.xml');
    const child = startLabctl('verify', '--name', lab, '--junit', file);
    child.stdout.resume();
    const ended = once(child, 'exit');
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(130);
    expect(await readFile(file, 'utf8')).toContain('interrupted by SIGINT');
    await rm(directory, { recursive: true });
  });

  it('refuses a pattern without a match with exit 2 and names groups', async () => {
    await upLab(lab, 'ebpf');
    const result = await labctl('verify', '--name', lab, '--only', 'conn.wrold.*');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("no check of profile ebpf matches 'conn.wrold.*'");
    expect(result.stderr).toContain('conn.world');
  });

  it('exits 3 on a red check, and JSON and JUnit agree', async () => {
    const [node] = await nodeNames();
    await inNode(node ?? '', 'iptables-nft', '-t', 'nat', '-N', 'KUBE-SERVICES');
    const directory = await mkdtemp(join(tmpdir(), 'labctl-e2e-'));
    const file = join(directory, 'verify.xml');
    const only = ['--only', 'claim.kube-proxy.absent'];
    const result = await labctl('verify', '--name', lab, ...only, '--junit', file, '-o', 'json');
    expect(result.code).toBe(3);
    expect(JSON.parse(result.stdout)).toMatchObject({ active: { mode: 'mixed' }, summary: { failed: 1 } });
    expect(await readFile(file, 'utf8')).toContain('<failure ');
    await rm(directory, { recursive: true });
    await inNode(node ?? '', 'iptables-nft', '-t', 'nat', '-X', 'KUBE-SERVICES');
    expect((await verifyLab(lab, ...only)).summary.failed).toBe(0);
  });
});

async function nodeNames(): Promise<string[]> {
  const { stdout } = await labctl('get', 'nodes', '--name', lab, '-o', 'json');
  const { items } = JSON.parse(stdout) as { items: { metadata: { name: string } }[] };
  return items.map(({ metadata }) => metadata.name);
}

/** Programs by id: one that was loaded anew shows. */
async function programIdentities(nodes: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(
    nodes.map((node) => sh('bpftool', '-j', 'prog', 'show', 'pinned', programPin(node))),
  );
  return lists.map((text) => String((JSON.parse(text) as { id: number }).id));
}
const programPin = (node: string): string => `/run/labctl/${lab}/bpf/${node}/programs/lab_from_netdev`;

/** Objects of the same kinds as a lab's, with names of the test's own. */
async function makeForeign() {
  const name = `t-checks-${process.pid}`;
  const directory = await mkdtemp(join(tmpdir(), 't-checks-'));
  await sh('ip', 'netns', 'add', name);
  await sh('ip', '-n', name, 'link', 'add', 'lab-foreign', 'type', 'bridge');
  await sh('nsenter', `--net=/run/netns/${name}`, '--', 'nft', 'add table ip labctl');
  await sh('mount', '-t', 'bpf', 'bpf', directory);
  await sh(
    ...(['bpftool', 'map', 'create', join(directory, 'lab_svc4'), 'type', 'hash', 'key', '4'] as const),
    ...['value', '4', 'entries', '1', 'name', 'lab_svc4'],
  );
  const identity = async (): Promise<string[]> => [
    await sh('ip', '-n', name, '-j', 'link', 'show', 'lab-foreign'),
    await sh('nsenter', `--net=/run/netns/${name}`, '--', 'nft', '-a', 'list', 'ruleset'),
    await sh('bpftool', '-j', 'map', 'show', 'pinned', join(directory, 'lab_svc4')),
  ];
  return {
    made: await identity(),
    identity,
    remove: async () => {
      await sh('umount', directory);
      await rm(directory, { recursive: true });
      await sh('ip', 'netns', 'delete', name);
    },
  };
}
