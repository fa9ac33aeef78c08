import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ReloadReport } from '../../../src/lab/reload/index.ts';
import { projectRoot } from '../../../src/platform/fs.ts';
import { type CliResult, labctlWith } from '../support/cli.ts';
import { agentPids, type KindLab } from '../support/kind-lab.ts';
import { requestDemoSteadily } from '../support/steady-requests.ts';

const limitMs = 580_000;
const header = 'lib/metrics.h';
const counting = 'metric->packets += 1;';

/** Every program becomes another that counts the same. */
export async function reloadUnderRequests(
  lab: KindLab,
  nodes: readonly string[],
  directory: string,
): Promise<void> {
  const [entry = '', from = ''] = nodes;
  const sources = join(directory, 'bpf');
  await cp(join(projectRoot(), 'bpf'), sources, { recursive: true });
  const requests = await requestDemoSteadily(lab, from, entry);
  await edit(sources, counting, '__sync_fetch_and_add(&metric->packets, 1);');
  const done = await reload(lab, sources, '-o', 'json');
  for (const { stop } of requests) expect((await stop()).failures).toEqual([]);
  expect(done.code, done.stderr).toBe(0);
  const report = JSON.parse(done.stdout) as ReloadReport;
  expect(report.nodes.map(({ node }) => node).sort()).toEqual([...nodes].sort());
  for (const { programs } of report.nodes) {
    expect(programs.length).toBeGreaterThan(0);
    for (const { from: before, to } of programs) expect(before?.tag).not.toBe(to?.tag);
  }
}

/** Nothing changes on any node. */
export async function refuseToReload(
  lab: KindLab,
  nodes: readonly string[],
  directory: string,
): Promise<void> {
  const sources = join(directory, 'bpf');
  await cp(join(projectRoot(), 'bpf'), sources, { recursive: true });
  await edit(sources, counting, 'metric->packets += ;');
  const before = await Promise.all(nodes.map(agentPids));
  const refused = await reload(lab, sources);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('E_COMPILE') });
  expect(refused.stderr).toContain('metrics.h:20:21: error: expected expression');
  expect(await Promise.all(nodes.map(agentPids))).toEqual(before);
}

const reload = ({ name }: KindLab, sources: string, ...flags: readonly string[]): Promise<CliResult> =>
  labctlWith({ limitMs }, 'reload', '--name', name, '--bpf', sources, ...flags);

/** The original header, with one text of it replaced. */
async function edit(sources: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(projectRoot(), 'bpf', header), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(sources, header), text.replace(from, to));
}
