import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import type { Exec } from '../core/exec.ts';
import { silentLog } from '../core/log.ts';
import { labPaths } from '../core/paths.ts';
import { execLean } from '../platform/exec-lean.ts';
import type { CommandContext, CommandDefinition, CommandResult } from './command.ts';
import { images } from './images.ts';
import { render } from './render.ts';
import { up } from './up.ts';
import { valuesLint } from './values-lint.ts';

/** Commands that speak of Cilium's own chart and need none. */

const inputs: Readonly<Record<string, string>> = {
  'kind.yaml': 'kind: Cluster\nnetworking:\n  kubeProxyMode: none\n',
  'bad.yaml': 'networking: [\n',
  'list.yaml': '- 1\n',
};
const context = {
  signal: new AbortController().signal,
  log: silentLog,
  env: {},
  readInput: async (path: string) => inputs[path] ?? '',
} as unknown as CommandContext;

async function run(
  command: CommandDefinition,
  options: Readonly<Record<string, unknown>>,
  more: Partial<CommandContext> = {},
): Promise<CommandResult> {
  if (command.run === undefined) throw new Error('no such command');
  return command.run({ ...context, ...more }, [], options);
}

function child(command: CommandDefinition, name: string): CommandDefinition {
  const found = command.subcommands?.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'labctl-cilium-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

describe('render --cni cilium', { timeout: 30_000 }, () => {
  const asked = { cni: 'cilium', profile: 'ebpf', ciliumVersion: '1.20.0' };

  it('writes the very values that it shows', async () => {
    const dir = await scratch();
    const { table } = await run(render, { ...asked, dir });
    expect(table?.rows.map(([path]) => path)).toEqual(['kind.yaml', 'values.yaml', 'manifests.yaml']);
    const { data } = await run(render, { ...asked, only: 'values' });
    expect(parse(await readFile(join(dir, 'values.yaml'), 'utf8'))).toEqual(data);
    expect(data).toMatchObject({ kubeProxyReplacement: true, routingMode: 'native' });
  });

  it('has no agents of labctl', async () => {
    await expect(run(render, { ...asked, only: 'agent' })).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('values lint --chart', () => {
  const asked = async () => {
    const chart = await scratch();
    await writeFile(join(chart, 'Chart.yaml'), 'name: cilium\nversion: 1.13.4\n');
    await writeFile(join(chart, 'values.yaml'), 'tunnel: vxlan\n');
    return { set: ['tunnel=geneve'], chart };
  };

  it('goes by the version of the chart', async () => {
    expect((await run(valuesLint, await asked(), { exec: execLean })).data).toMatchObject({
      version: '1.13.4',
      universe: 'the keys of chart cilium 1.13.4',
      findings: [],
    });
  });

  it('refuses another version than the chart is', async () => {
    const other = { ...(await asked()), ciliumVersion: '1.20.0' };
    await expect(run(valuesLint, other, { exec: execLean })).rejects.toMatchObject({
      code: 'E_CHART',
      exitCode: 2,
    });
  });
});

describe('values lint --kind', () => {
  const asked = { set: ['kubeProxyReplacement=false'], ciliumVersion: '1.20.0' };

  it('holds the values against what kind was told', async () => {
    const { data } = await run(valuesLint, { ...asked, kind: 'kind.yaml' });
    expect(data).toMatchObject({ findings: [{ rule: 'contradiction', key: 'kubeProxyReplacement' }] });
  });

  it.each(['bad.yaml', 'list.yaml'])('says that %s is no configuration', async (kind) => {
    await expect(run(valuesLint, { ...asked, kind })).rejects.toMatchObject({
      code: 'E_VALUES',
      exitCode: 2,
    });
  });
});

describe('images', { timeout: 30_000 }, () => {
  it('are listed with the version, the profile and the source of the knowledge', async () => {
    const { data, names } = await run(child(images, 'list'), { profile: 'kpr', ciliumVersion: 'v1.20.0' });
    expect(data).toMatchObject({ version: '1.20.0', profile: 'kpr', untagged: [] });
    expect(names).toContain('quay.io/cilium/operator-generic:v1.20.0');
  });

  it.each(['save', 'load'])('%s wants to know which file', async (name) => {
    await expect(run(child(images, name), {})).rejects.toMatchObject({ code: 'E_USAGE', exitCode: 2 });
  });

  it('are those of Cilium alone', async () => {
    await expect(run(child(images, 'list'), { cni: 'labctl' })).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('up --cni cilium', { timeout: 30_000 }, () => {
  const asked = { cni: 'cilium', name: 'cilium-absent', profile: 'ebpf', ciliumVersion: '1.20.0' };
  const wanted = [
    ...['quay.io/cilium/cilium:v1.20.0', 'quay.io/cilium/operator-generic:v1.20.0'],
    'quay.io/cilium/cilium-envoy:v1.37.5-1782911245-7cffc778c923f68a77954a53b1a98d6b5353f004',
  ];
  /** An engine that has these images, and notes what it is asked. */
  function engine(present: readonly string[], asks: string[]): Exec {
    return async (file, args) => {
      asks.push([file, ...args].join(' '));
      const has = present.some((image) => args.includes(`reference=${image}`));
      return { stdout: args[0] === 'version' ? '28' : has ? 'sha256:1' : '', stderr: '', exitCode: 0 };
    };
  }

  it('names all that is missing and how to get it, and makes nothing', async () => {
    const asks: string[] = [];
    const exec = engine(wanted.slice(0, 1), asks);
    const error = await run(up, asked, { exec }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'E_CILIUM_MISSING',
      exitCode: 6,
      message: expect.stringContaining(wanted.slice(1).join(', ')),
      fix: expect.stringMatching(
        /--chart cilium-1.20.0.tgz; labctl images save .*--profile ebpf.*--cilium-version 1.20.0 --file \S+ .* labctl images load/,
      ),
    });
    expect(String(error)).not.toContain(wanted[0]);
    expect(asks.filter((ask) => !/^docker (version|image ls) /.test(ask))).toEqual([]);
    expect(existsSync(labPaths(asked.name).state)).toBe(false);
  });

  it('plans the lab where everything is here, and makes nothing for a dry run', async () => {
    const place = await scratch();
    await writeFile(join(place, 'Chart.yaml'), 'name: cilium\nversion: 1.20.0\n');
    const image = { repository: 'r.example/cilium', tag: 'v1' };
    await writeFile(join(place, 'values.yaml'), JSON.stringify({ image }));
    const exec: Exec = async (file, args) => {
      const rendered = JSON.stringify({ containers: [{ image: 'r.example/cilium:v1' }] });
      const stdout = file === 'helm' ? rendered : args.includes('ps') ? '' : 'sha256:1';
      if (file !== 'helm' && !/^(version|image ls|ps)/.test(args.join(' '))) throw new Error(args.join(' '));
      return { stdout, stderr: '', exitCode: 0 };
    };
    const config = join(place, 'lab.yaml');
    const spec = 'spec: {helm: {values: {dubug: {enabled: true}, image: {tag: v1}}}}';
    const warned: string[] = [];
    const { data } = await run(
      up,
      { ...asked, chart: place, dryRun: true, config },
      {
        exec,
        readInput: async () => `apiVersion: labctl.dev/v1alpha1\nkind: Lab\n${spec}\n`,
        log: { ...context.log, warn: (line) => warned.push(line) },
      },
    );
    expect(warned).toEqual([expect.stringMatching(/^spec\.helm\.values\.dubug\.enabled: is no key/)]);
    expect(data).toMatchObject({
      action: 'create',
      values: { kubeProxyReplacement: true, image: { pullPolicy: 'Never', useDigest: false } },
    });
    expect(existsSync(labPaths(asked.name).state)).toBe(false);
  });

  it('is refused without a cluster before anything is asked', async () => {
    const exec: Exec = async () => {
      throw new Error('asked');
    };
    await expect(run(up, { ...asked, runtime: 'netns' }, { exec })).rejects.toMatchObject({ code: 'E_CNI' });
  });
});
