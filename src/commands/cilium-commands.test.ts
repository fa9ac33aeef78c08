import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { silentLog } from '../core/log.ts';
import type { CommandContext, CommandDefinition, CommandResult } from './command.ts';
import { images } from './images.ts';
import { render } from './render.ts';
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
): Promise<CommandResult> {
  if (command.run === undefined) throw new Error('no such command');
  return command.run(context, [], options);
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
