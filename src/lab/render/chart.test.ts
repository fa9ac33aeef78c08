import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { profiles } from '../../../profiles/index.ts';
import type { ExecResult } from '../../core/exec.ts';
import { exec } from '../../platform/exec.ts';
import { projectRoot } from '../../platform/fs.ts';
import { kubernetesPlace, renderAgent } from '../../profile/render-agent.ts';
import { renderValues } from '../../profile/render-values.ts';
import { resolveLab } from '../../profile/resolve.ts';
import type { ResolvedLab } from '../../profile/resolved-lab.ts';

const chart = join(projectRoot(), 'templates', 'chart');
const hasHelm = (process.env.PATH ?? '').split(delimiter).some((at) => existsSync(join(at, 'helm')));

const labOf = (flags: Readonly<Record<string, string>>): ResolvedLab =>
  resolveLab({ flags: { runtime: 'kind', ...flags } }).lab;

async function helm(verb: readonly string[], values: unknown): Promise<ExecResult> {
  const directory = await mkdtemp(join(tmpdir(), 'labctl-chart-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'values.yaml');
  await writeFile(file, stringify(values));
  return exec('helm', [...verb, chart, '-n', 'labctl-system', '-f', file], { allowFailure: true });
}

/** Objects of the chart, by `Kind` (each kind once). */
async function objects(values: unknown): Promise<ReadonlyMap<string, Record<string, never>>> {
  const { stdout, stderr } = await helm(['template', 'labctl'], values);
  const documents = parseAllDocuments(stdout);
  expect('empty' in documents, stderr).toBe(false);
  const list: Record<string, never>[] = 'empty' in documents ? [] : documents.map((one) => one.toJS());
  return new Map(list.map((object) => [String(object.kind), object]));
}

describe.skipIf(!hasHelm)('chart', { timeout: 60_000 }, () => {
  it('passes helm lint with the values of every profile', async () => {
    for (const { name } of profiles) {
      for (const ipam of ['kubernetes', 'cluster-pool']) {
        const { exitCode, stdout } = await helm(
          ['lint', '--strict'],
          renderValues(labOf({ profile: name, ipam })),
        );
        expect(exitCode, stdout).toBe(0);
      }
    }
  });

  it('gives agents the very configuration that labctl renders', async () => {
    for (const { name } of profiles) {
      const lab = labOf({ profile: name, name: 'x', podCidr: '10.8.0.0/16', mtu: '9000' });
      const data: Record<string, string> = Object((await objects(renderValues(lab))).get('ConfigMap')).data;
      expect(JSON.parse(data['agent.json'] ?? '')).toEqual(renderAgent(lab, '', kubernetesPlace(lab)));
    }
  });

  it('has the defaults of profile ebpf', async () => {
    const { stdout } = await exec('helm', ['show', 'values', chart]);
    const defaults: unknown = parseAllDocuments(stdout)[0]?.toJS();
    const { k8sServiceHost: _host, ...expected } = Object(renderValues(labOf({ profile: 'ebpf' })));
    expect(defaults).toMatchObject(expected);
  });

  it('runs the agent with four capabilities and nothing else', async () => {
    const set = Object((await objects(renderValues(labOf({})))).get('DaemonSet'));
    const { containers, initContainers, hostNetwork, hostPID, securityContext, volumes } =
      set.spec.template.spec;
    expect(initContainers).toBeUndefined();
    expect(hostNetwork).toBe(true);
    expect(hostPID).toBeUndefined();
    expect(securityContext.seccompProfile).toEqual({ type: 'RuntimeDefault' });
    const rights = (one: { securityContext: unknown }): unknown => one.securityContext;
    const least = {
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsUser: 0,
    };
    expect(containers.map(rights)).toEqual([
      { ...least, capabilities: { drop: ['ALL'], add: ['BPF', 'PERFMON', 'NET_ADMIN', 'SYS_ADMIN'] } },
    ]);
    const named = (one: { name: string }): string => one.name;
    const mounted: string[] = containers.flatMap((one: { volumeMounts: { name: string }[] }) =>
      one.volumeMounts.map(named),
    );
    expect([...new Set(mounted)].toSorted()).toEqual(volumes.map(named).toSorted());
  });

  it('refuses mistyped keys and wrong words, and restarts agents when their configuration changes', async () => {
    const values = Object(renderValues(labOf({})));
    for (const wrong of [{ dubug: true }, { datapath: { ...values.datapath, hostRouting: 'ebpf' } }]) {
      const { exitCode, stderr } = await helm(['template', 'labctl'], { ...values, ...wrong });
      expect(exitCode).not.toBe(0);
      expect(stderr).toMatch(/dubug|hostRouting/);
    }
    const mark = async (lab: ResolvedLab): Promise<unknown> =>
      Object((await objects(renderValues(lab))).get('DaemonSet')).spec.template.metadata.annotations[
        'labctl.dev/config'
      ];
    expect(await mark(labOf({ mtu: '1400' }))).not.toBe(await mark(labOf({})));
    expect(await mark(labOf({}))).toBe(await mark(labOf({})));
  });

  it('names the image by tag, or by digest where one is given', async () => {
    const imageOf = async (image: object): Promise<unknown> =>
      Object((await objects({ ...Object(renderValues(labOf({}))), image })).get('DaemonSet')).spec.template
        .spec.containers[0].image;
    expect(await imageOf({})).toMatch(/^labctl\/agent:\d/);
    expect(await imageOf({ tag: 'abc' })).toBe('labctl/agent:abc');
    expect(await imageOf({ tag: 'abc', digest: 'sha256:12' })).toBe('labctl/agent@sha256:12');
  });
});
