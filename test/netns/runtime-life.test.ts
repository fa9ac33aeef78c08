import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { hostLink } from '../../src/core/names.ts';
import { labPaths } from '../../src/core/paths.ts';
import { exec } from '../../src/platform/exec.ts';
import {
  buildBundle,
  countLink,
  eventually,
  foreignInventory,
  labctl,
  labctlOk,
  startLabctl,
} from './runtime-support.ts';

const lab = 't-life';
const other = 't-life-b';
const labs = [lab, other];
for (const name of labs) countLink(hostLink(name));
const up = (name: string, ...more: string[]) => ['up', '--name', name, '--no-verify', ...more];

beforeAll(buildBundle);
afterEach(async () => {
  for (const name of labs) await labctl(['down', '--name', name]);
});

test('a lab comes up, is idempotent, and leaves nothing', async () => {
  const before = await foreignInventory(labs);
  await labctlOk(up(lab));
  const during = await foreignInventory(labs);
  const added = during.filter((line) => !before.includes(line) && line.startsWith('link '));
  expect(added).toEqual([expect.stringContaining(hostLink(lab))]);

  const status = await labctlOk(['status', '--name', lab, '-o', 'json']);
  expect(JSON.parse(status.stdout)).toMatchObject({ state: 'healthy', problems: [] });
  const again = await labctlOk([...up(lab), '-o', 'json']);
  expect(JSON.parse(again.stdout)).toMatchObject({ action: 'none', changes: [] });

  await labctlOk(['down', '--name', lab]);
  expect(await foreignInventory(labs)).toEqual(before);
  const second = await labctlOk(['down', '--name', lab]);
  expect(second.stdout).toContain('nothing to do');
});

test.each(['directory', 'fabric', 'nodes', 'agents', 'pods'] as const)(
  'after kill -9 of up once its %s exist, down leaves nothing',
  async (point) => {
    const before = await foreignInventory(labs);
    const process = startLabctl(up(lab));
    await eventually(`${point} exist`, async () => ((await reached[point]()) ? true : undefined), 30_000);
    process.kill('SIGKILL');
    expect((await labctl(['status', '--name', lab])).exitCode).toBe(8);
    await labctlOk(['down', '--name', lab]);
    expect(await foreignInventory(labs)).toEqual(before);
  },
);

test('an up that fails says why, keeps evidence and leaves nothing else', async () => {
  const before = await foreignInventory(labs);
  const failed = await labctl(up(lab), undefined, { LABCTL_CACHE_DIR: '/dev/null/none' });
  expect(failed.exitCode).not.toBe(0);
  const evidence = /kept in (\S+)/.exec(failed.stderr)?.[1] ?? '';
  expect(existsSync(join(evidence, 'journal.jsonl'))).toBe(true);
  expect(await foreignInventory(labs)).toEqual(before);
  await exec('rm', ['-rf', evidence]);
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s during up takes back what was made', async (signal) => {
  const before = await foreignInventory(labs);
  const first = startLabctl(up(lab));
  const ended = new Promise((resolve) => first.once('exit', (code) => resolve(code)));
  await eventually('agents exist', async () => ((await reached.agents()) ? true : undefined), 30_000);
  first.kill(signal);
  expect(await ended).toBe(signal === 'SIGINT' ? 130 : 143);
  expect(await foreignInventory(labs)).toEqual(before);
});

test('up after a killed up makes a whole lab', async () => {
  const process = startLabctl(up(lab));
  await eventually('nodes exist', async () => ((await reached.nodes()) ? true : undefined));
  process.kill('SIGKILL');
  await labctlOk(up(lab));
  expect((await labctl(['status', '--name', lab])).exitCode).toBe(0);
});

test('down without any record finds everything by name', async () => {
  const before = await foreignInventory(labs);
  await labctlOk(up(lab));
  for (const file of ['owner.json', 'journal.jsonl']) await rm(join(labPaths(lab).state, file));
  await labctlOk(['down', '--name', lab]);
  expect(await foreignInventory(labs)).toEqual(before);
});

test('two labs live side by side, and one goes without the other noticing', async () => {
  await Promise.all([labctlOk(up(lab)), labctlOk(up(other))]);
  const pods = await podsOf(other);
  await labctlOk(['down', '--name', lab]);
  expect(await podsOf(other)).toEqual(pods);
  expect((await labctl(['status', '--name', other])).exitCode).toBe(0);
  const answer = await exec('curl', ['-s', '-m', '3', `http://${await nodeOf(other)}:32000/`]);
  expect(JSON.parse(answer.stdout)).toMatchObject({ namespace: 'default' });
});

test('changes that a running lab cannot take are refused with exit 7, others are made', async () => {
  await labctlOk(up(lab, '--profile', 'ebpf'));
  const refused = await labctl(up(lab, '--profile', 'ebpf', '--workers', '3'));
  expect(refused.exitCode).toBe(7);
  expect(refused.stderr).toContain('nodes.workers: 2 -> 3');
  const changed = await labctlOk([...up(lab, '--profile', 'kpr'), '-o', 'json']);
  expect(JSON.parse(changed.stdout)).toMatchObject({ action: 'change', profile: 'kpr' });
  const config = JSON.parse(readFileSync(`/run/labctl/${lab}/${lab}-worker/agent.json`, 'utf8'));
  expect(config).toMatchObject({ profile: 'kpr' });
  expect((await labctl(['status', '--name', lab])).exitCode).toBe(0);
});

test('a second command on a busy lab is refused with exit 7', async () => {
  const first = startLabctl(up(lab));
  const ended = new Promise((resolve) => first.once('exit', resolve));
  await eventually('the lab is being made', async () => existsSync(labPaths(lab).state) || undefined);
  const second = await labctl(['down', '--name', lab]);
  expect(second.exitCode).toBe(7);
  expect(second.stderr).toContain(`labctl up ${lab}`);
  await ended;
});

const reached: Readonly<
  Record<'directory' | 'fabric' | 'nodes' | 'agents' | 'pods', () => Promise<boolean>>
> = {
  directory: async () => existsSync(labPaths(lab).state),
  fabric: async () => existsSync(`/run/netns/labctl-${lab}-fabric`),
  nodes: async () => existsSync(labPaths(lab).bpffs),
  agents: async () => existsSync(`/run/labctl/${lab}/${lab}-worker/agent.pid`),
  pods: async () => (await podsOf(lab)).length > 0,
};

const podsOf = async (name: string): Promise<string[]> => {
  const { stdout } = await exec('ip', ['netns', 'list']);
  return stdout
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((line) => line.startsWith(`labctl-${name}-pod-`))
    .sort();
};

async function nodeOf(name: string): Promise<string> {
  const { stdout } = await labctlOk(['get', 'nodes', '--name', name, '-o', 'json']);
  const list = JSON.parse(stdout) as { items: { status: { addresses: { address: string }[] } }[] };
  return list.items[0]?.status.addresses[0]?.address ?? '';
}
