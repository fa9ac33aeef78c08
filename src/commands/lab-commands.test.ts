import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { silentLog } from '../core/log.ts';
import { resolveLab } from '../profile/resolve.ts';
import { apply } from './apply.ts';
import type { CommandContext, CommandDefinition, CommandResult } from './command.ts';
import { config } from './config.ts';
import { deleteCommand } from './delete.ts';
import { dev } from './dev.ts';
import { down } from './down.ts';
import { exec } from './exec.ts';
import { get } from './get.ts';
import { definitions } from './index.ts';
import { init } from './init.ts';
import { logs } from './logs.ts';
import { profiles } from './profiles.ts';
import { reload } from './reload.ts';
import { render } from './render.ts';
import { nameOption } from './shared.ts';
import { status } from './status.ts';
import { verify } from './verify.ts';

/** Commands that describe labs: no root, no processes. */

const refuse = (): never => {
  throw new Error('this command starts nothing and asks nothing');
};
const context = {
  signal: new AbortController().signal,
  log: silentLog,
  exec: refuse,
  progress: refuse,
  confirm: refuse,
  interactive: refuse,
  env: {},
  readInput: async (path: string) => {
    if (path !== 'kpr.labctl.yaml') throw new Error(`unexpected ${path}`);
    return 'apiVersion: labctl.dev/v1alpha1\nkind: Lab\nspec:\n  profile: kpr\n';
  },
} as const satisfies Partial<CommandContext> & Record<string, unknown>;

async function run(
  command: CommandDefinition | undefined,
  args: readonly (string | readonly string[])[] = [],
  options: Readonly<Record<string, unknown>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  if (command?.run === undefined) throw new Error('no such command');
  return command.run({ ...context, env } as unknown as CommandContext, args, options);
}
const child = (command: CommandDefinition, name: string): CommandDefinition | undefined =>
  command.subcommands?.find((one) => one.name === name);

async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'labctl-commands-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

describe('render', () => {
  it('prints all parts as YAML documents, and as one value for programs', async () => {
    const { data, text } = await run(render, [], { profile: 'kpr' });
    expect(Object.keys(Object(data))).toEqual(['kind', 'values', 'agent', 'manifests']);
    expect(text).toMatch(/^# kind cluster/);
    expect(text).toContain('disableDefaultCNI: true');
  });

  it('prints one part alone, ready for the tool that reads it', async () => {
    const { data, text } = await run(render, [], { only: 'kind', profile: 'kube-proxy' });
    expect(data).toMatchObject({ kind: 'Cluster', networking: { kubeProxyMode: 'iptables' } });
    expect(parse(text ?? '')).toEqual(data);
  });

  it('writes files where it is told to', async () => {
    const dir = await scratch();
    const { table } = await run(render, [], { dir, workers: '0' });
    expect(table?.rows.map(([path]) => path)).toEqual([
      'kind.yaml',
      'values.yaml',
      'agent/lab-control-plane.json',
      'manifests.yaml',
    ]);
    expect(parse(await readFile(join(dir, 'kind.yaml'), 'utf8'))).toMatchObject({ kind: 'Cluster' });
  });

  it('takes an empty --dir or --config for a mistake, and writes nothing', async () => {
    await expect(run(render, [], { dir: '' })).rejects.toMatchObject({ exitCode: 2 });
    await expect(run(render, [], { config: '' })).rejects.toMatchObject({ exitCode: 2 });
  });

  it('refuses an unknown part with the nearest one', async () => {
    await expect(run(render, [], { only: 'value' })).rejects.toMatchObject({
      exitCode: 2,
      fix: expect.stringContaining('did you mean values?'),
    });
  });
});

describe('--name', () => {
  const named = [apply, deleteCommand, dev, down, exec, get, logs, reload, status, verify];

  it.each(named.map((command) => [command.name, command] as const))(
    '%s refuses what no lab can be called before it looks for one',
    async (_, command) => {
      const given = run(command, ['pods', ['x']], { name: '../../etc', filename: [] });
      await expect(given).rejects.toMatchObject({ code: 'E_LAB_NAME', exitCode: 2 });
    },
  );

  it('is in the list above wherever a command takes it', () => {
    const takers = definitions.filter(({ options }) => options?.includes(nameOption));
    expect(takers.map(({ name }) => name).sort()).toEqual(named.map(({ name }) => name).sort());
  });
});

describe('config view', () => {
  const view = child(config, 'view');

  it('prints a lab file that means the same lab', async () => {
    const { text } = await run(view, [], { config: 'kpr.labctl.yaml', workers: '3' });
    const again = resolveLab({ file: { name: 'again', text: text ?? '' } }).lab;
    expect(again).toEqual(resolveLab({ flags: { profile: 'kpr', workers: '3' } }).lab);
  });

  it('names who decided each value', async () => {
    const env = { LABCTL_CONFIG: 'kpr.labctl.yaml', LABCTL_MTU: '9000' };
    const { table } = await run(view, [], { origin: true, workers: '3' }, env);
    expect(table?.rows).toContainEqual(['spec.profile', 'kpr', 'file kpr.labctl.yaml:4:12']);
    expect(table?.rows).toContainEqual(['spec.nodes.workers', '3', 'flag --workers']);
    expect(table?.rows).toContainEqual(['spec.network.mtu', '9000', 'environment LABCTL_MTU']);
    expect(table?.rows).toContainEqual(['spec.datapath.masquerade', 'iptables', 'profile kpr']);
  });
});

describe('init', () => {
  it('writes a lab file that resolves, and never a second time', async () => {
    const file = join(await scratch(), 'my.labctl.yaml');
    await run(init, [file]);
    const text = await readFile(file, 'utf8');
    expect(resolveLab({ file: { name: file, text } }).lab).toEqual(resolveLab({}).lab);
    expect(text).toContain(`labctl up -f ${file}`);
    const schema = /\$schema=(.*)/.exec(text)?.[1] ?? '';
    expect(JSON.parse(await readFile(schema, 'utf8'))).toHaveProperty('$id');
    await expect(run(init, [file])).rejects.toMatchObject({ code: 'E_FILE_EXISTS', exitCode: 7 });
  });

  it.each(['', '-', 'a\nb'])('refuses the name %j', async (name) => {
    await expect(run(init, [name])).rejects.toMatchObject({ code: 'E_USAGE', exitCode: 2 });
  });

  it('refuses a place that is no file, with a fix', async () => {
    const directory = await scratch();
    for (const place of [`${directory}/`, `${directory}/${'x'.repeat(300)}`]) {
      await expect(run(init, [place])).rejects.toMatchObject({ exitCode: 2, fix: expect.any(String) });
    }
  });

  it('says so where the directory is missing', async () => {
    await expect(run(init, [join(await scratch(), 'no', 'lab.yaml')])).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('profiles', () => {
  it('lists them from all kernel to all eBPF', async () => {
    expect((await run(child(profiles, 'list'))).names).toEqual(['kube-proxy', 'kpr', 'ebpf']);
  });

  it('shows every switch, by alias too', async () => {
    const { data, table } = await run(child(profiles, 'show'), ['cilium-kubeproxy']);
    expect(data).toHaveProperty('name', 'kube-proxy');
    expect(table?.rows).toContainEqual(['kubeProxyMode', 'iptables']);
    expect(table?.rows).toContainEqual(['hostRouting', 'stack']);
  });

  it('shows in what two differ, and nothing where they do not', async () => {
    expect((await run(child(profiles, 'diff'), ['kpr', 'ebpf'])).table?.rows).toEqual([
      ['masquerade', 'iptables', 'bpf'],
      ['hostRouting', 'stack', 'bpf'],
    ]);
    expect((await run(child(profiles, 'diff'), ['kpr', 'kube-proxy-replacement'])).table?.rows).toEqual([]);
  });

  it('refuses an unknown one with the nearest', async () => {
    await expect(run(child(profiles, 'show'), ['epbf'])).rejects.toMatchObject({
      exitCode: 4,
      fix: expect.stringContaining('did you mean ebpf?'),
    });
  });
});
