import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab } from '../../src/lab/open.ts';
import type { ReloadReport } from '../../src/lab/reload/index.ts';
import type { NetnsRuntime } from '../../src/runtime/netns/index.ts';
import { apply } from './support/apply.ts';
import { labctl, labctlJson, startLabctl } from './support/cli.ts';
import { type LiveLab, redOf, upLab, verifyLab } from './support/lab.ts';
import { bundle } from './support/resident.ts';
import { placesOf, sceneOf, streamService } from './survival/places.ts';
import { startTraffic, streamsAPlace, tell } from './survival/traffic.ts';

const lab = 'e2e-reload';
const own = fileURLToPath(new URL('../../bpf', import.meta.url));
/** What the tests change: a statement of a header that every program has. */
const header = 'lib/metrics.h';
const counting = 'metric->packets += 1;';
const afterwardsMs = 1000;
const slow = { timeout: 60_000 };

let bpf: string;
let live: LiveLab;
let runtime: NetnsRuntime;
beforeAll(async () => {
  await labctl('down', '--name', lab);
  bpf = await mkdtemp(join(tmpdir(), 'labctl-reload-'));
  await cp(own, bpf, { recursive: true });
  live = await upLab(lab, 'ebpf', '--no-verify');
  ({ runtime } = await openLab(lab));
});
afterAll(async () => {
  await labctl('down', '--name', lab);
  await rm(bpf, { recursive: true });
});

describe('reload', () => {
  it('puts a changed source to work on every node, and every connection goes on', async () => {
    const scene = sceneOf(live);
    const places = placesOf(live, scene);
    await apply(lab, streamService(scene));
    const client = await bundle(new URL('./survival/stream-client.ts', import.meta.url));
    const traffic = await startTraffic(runtime, client, places);
    const before = await programs();
    await edit(counting, 'metric->packets += 2;');
    const { nodes } = await labctlJson<ReloadReport>('reload', '--name', lab, '--bpf', bpf);
    await sleep(afterwardsMs);
    const reports = await traffic.finish();
    tell('reload', reports);

    const after = await programs();
    expect(tagsOf(after)).not.toEqual(tagsOf(before));
    for (const { node, programs: changes } of nodes) {
      for (const { name, from, to } of changes) {
        expect([from, to], `${node} ${name}`).toEqual([before[node]?.[name], after[node]?.[name]]);
        expect(from?.tag, `${node} ${name}`).not.toBe(to?.tag);
      }
    }
    expect(nodes.map(({ node }) => node)).toEqual(Object.keys(after));
    for (const { title, seen } of places) {
      const report = reports[title];
      expect(report.seen, title).toEqual([seen]);
      expect(report.losses, title).toEqual({});
      expect(report.fresh.failures, title).toEqual({});
      expect(report, title).toMatchObject({ opened: streamsAPlace, lost: 0, echoed: report.sent });
    }
    expect(redOf(await verifyLab(lab, '--only', 'conn.*'))).toEqual([]);
  });

  it.each([
    [
      'does not compile',
      counting,
      'metric->packets += ;',
      'E_COMPILE',
      'metrics.h:20:21: error: expected expression',
    ],
    [
      'the verifier refuses',
      'if (!metric)',
      'if (code == 99)',
      'E_BPF',
      "R0 invalid mem access 'map_value_or_null'",
    ],
    ['is another contract', '__type(key, __u32);', '__type(key, __u64);', 'E_CONTRACT', 'lab_metrics'],
  ])('of what %s says why and changes nothing', async (_, from, to, code, why) => {
    const before = await programs();
    await edit(from, to);
    const refused = await labctl('reload', '--name', lab, '--bpf', bpf);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(`error ${code}: ${runtime.nodes[0]?.name}: `);
    expect(refused.stderr).toContain(why);
    expect(refused.stderr).not.toContain('libbpf: map');
    expect(await programs()).toEqual(before);
  });

  it('outlives the agent: the next one compiles what was reloaded', async () => {
    const before = await programs();
    const node = runtime.nodes[0]?.name ?? '';
    const pid = (await runtime.agentPid(node)) ?? 0;
    process.kill(pid, 'SIGKILL');
    await expect.poll(async () => idsOf(await programs())[node], slow).not.toEqual(idsOf(before)[node]);
    expect(tagsOf(await programs())).toEqual(tagsOf(before));
    await expect.poll(async () => (await labctl('status', '--name', lab)).code, slow).toBe(0);
  });
});

describe('dev', () => {
  it('follows the sources, waits where they are wrong, and leaves the lab up', async () => {
    await edit(counting, counting);
    const dev = startLabctl('dev', '--name', lab, '--bpf', bpf);
    let said = '';
    dev.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = new Promise((resolve) => dev.once('close', resolve));
    const reloads = (): number => said.match(/reloaded 3 nodes/g)?.length ?? 0;
    try {
      await expect.poll(reloads, slow).toBe(1);
      const before = await programs();
      await edit(counting, 'metric->packets += ;');
      await expect.poll(() => said, slow).toContain('expected expression');
      expect(await programs()).toEqual(before);
      await edit(counting, 'metric->packets += 3;');
      await expect.poll(reloads, slow).toBe(2);
      expect(tagsOf(await programs())).not.toEqual(tagsOf(before));
    } finally {
      dev.kill('SIGINT');
    }
    expect(await ended).toBe(0);
    expect((await labctl('status', '--name', lab)).code).toBe(0);
  });
});

/** The original header, with one text of it replaced. */
async function edit(from: string, to: string): Promise<void> {
  const text = await readFile(join(own, header), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(bpf, header), text.replace(from, to));
}

type Programs = Readonly<
  Record<string, Readonly<Record<string, { readonly id: number; readonly tag: string }>>>
>;

/** What is attached, by node and name. */
async function programs(): Promise<Programs> {
  const nodes = runtime.nodes.map(async ({ name: node }) => {
    const { programs: attached } = await runtime.inspect(node);
    return [node, Object.fromEntries(attached.map(({ name, id, tag }) => [name, { id, tag }]))] as const;
  });
  return Object.fromEntries(await Promise.all(nodes));
}

const each = <T>(of: Programs, pick: (program: Programs[string][string]) => T): Record<string, T[]> =>
  Object.fromEntries(Object.entries(of).map(([node, named]) => [node, Object.values(named).map(pick)]));
const idsOf = (of: Programs): Record<string, number[]> => each(of, ({ id }) => id);
const tagsOf = (of: Programs): Record<string, string[]> => each(of, ({ tag }) => tag);
