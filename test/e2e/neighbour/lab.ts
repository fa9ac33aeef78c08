import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Report } from '../../../src/checks/report/report.ts';
import { type CliResult, run, sh } from '../support/cli.ts';
import { inContainer } from '../support/docker.ts';
import { labctlAs } from '../support/without-root.ts';
import type { engineUser } from './user.ts';

/** A lab of one node that a user other than root has on kind, beside everything else on the machine. */
export interface Neighbour {
  readonly name: string;
  readonly user: Awaited<ReturnType<typeof engineUser>>;
}

const labctl = ({ user }: Neighbour, ...args: readonly string[]): Promise<CliResult> =>
  labctlAs(user, ...args);
const kubectl = ({ user }: Neighbour, ...args: readonly string[]): Promise<string> =>
  sh('kubectl', '--kubeconfig', user.kubeconfig, ...args);

/** With the quick checks that `up` ends with. */
export async function comes(neighbour: Neighbour): Promise<void> {
  const { name } = neighbour;
  const before = await readFile(neighbour.user.kubeconfig, 'utf8');
  const words = ['--runtime', 'kind', '--profile', 'ebpf', '--name', name, '--workers', '0'];
  const made = await labctl(neighbour, 'up', ...words, '-o', 'json');
  expect(made.code, made.stderr).toBe(0);
  expect((await kubectl(neighbour, 'config', 'current-context')).trim()).toBe(`kind-${name}`);
  const contexts = (await kubectl(neighbour, 'config', 'get-contexts', '--output', 'name'))
    .trim()
    .split('\n');
  const others = [...before.matchAll(/^ {2}name: (\S+)$/gm)].map(([, other]) => other);
  expect(contexts.sort()).toEqual([...new Set([...others, `kind-${name}`])].sort());
}

/** Every question that its owner may ask. */
export async function answersItsOwner(neighbour: Neighbour): Promise<void> {
  const { name } = neighbour;
  const node = `${name}-control-plane`;
  const ask = async (...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await labctl(neighbour, ...words);
    expect(code, stderr).toBe(0);
    return stdout;
  };
  expect(await ask('status', '--name', name)).toContain(`lab ${name}: healthy`);
  expect(await ask('get', 'nodes', '--name', name)).toMatch(new RegExp(`^${node} +Ready`, 'm'));
  expect(await ask('exec', '--name', name, node, '--', 'hostname')).toBe(`${node}\n`);
  expect(await ask('logs', node, '--name', name)).toContain('"ready"');
  const only = ['--only', 'claim.programs.attached', '--only', 'conn.clusterip.outside-cgroup.tcp.small'];
  const report = JSON.parse(await ask('verify', '--name', name, ...only, '-o', 'json')) as Report;
  expect(report.checks.map(({ status }) => status)).toEqual(['passed', 'passed']);
}

/** Own images from an archive, one of the engine by its name, and tools that were lost. */
export async function takesImagesAndTools(neighbour: Neighbour): Promise<void> {
  const { name, user } = neighbour;
  const node = `${name}-control-plane`;
  const load = async (...what: readonly string[]) => {
    const result = await labctl(neighbour, 'load', ...what, '--name', name, '-o', 'json');
    expect(result.code, result.stderr).toBe(0);
    const rows = JSON.parse(result.stdout) as { node: string; image: string; action: string }[];
    return rows.map((row) => [row.node, row.image, row.action]);
  };
  const archive = join(user.home, 'images.tar');
  const saved = await labctl(neighbour, 'load', 'image', '--save', archive, '-o', 'json');
  expect(saved.code, saved.stderr).toBe(0);
  const { images } = JSON.parse(saved.stdout) as { images: readonly string[] };
  // In an archive the engine's images have no order.
  expect((await load('image', archive)).sort()).toEqual(
    images.map((image) => [node, `docker.io/${image}`, 'present']).sort(),
  );
  await rm(archive);
  const [own = ''] = images;
  const app = 't-existing/app:v1';
  await sh('docker', 'image', 'tag', own, app);
  try {
    expect(await load('image', app)).toEqual([[node, `docker.io/${app}`, 'loaded']]);
    expect(await load('image', app)).toEqual([[node, `docker.io/${app}`, 'present']]);
  } finally {
    await sh('docker', 'image', 'rm', '--no-prune', app);
  }
  await inContainer(node, 'rm', '/usr/local/bin/tcpdump');
  expect(await load('tools')).toEqual([[node, expect.stringMatching(/labctl\/demo:/), 'present']]);
  expect(await inContainer(node, 'sh', '-c', 'tcpdump --version 2>&1')).toMatch(/^tcpdump version/);
}

/** Its API server has no objection to what `render` says that helm installs. */
export async function takesRenderedChart(neighbour: Neighbour): Promise<void> {
  const { name, user } = neighbour;
  const { stdout } = await labctl(
    neighbour,
    ...['render', '--runtime', 'kind', '--name', name, '--only', 'chart'],
  );
  const context = ['--kubeconfig', user.kubeconfig, '--context', `kind-${name}`];
  const dryRun = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--filename', '-'];
  const { code, stdout: applied, stderr } = await run('kubectl', [...context, ...dryRun], { input: stdout });
  expect(code, stderr).toBe(0);
  expect(applied.trim().split('\n').sort()).toEqual([
    'clusterrole.rbac.authorization.k8s.io/labctl-agent serverside-applied (server dry run)',
    'clusterrolebinding.rbac.authorization.k8s.io/labctl-agent serverside-applied (server dry run)',
    'configmap/labctl-agent serverside-applied (server dry run)',
    'daemonset.apps/labctl-agent serverside-applied (server dry run)',
    'serviceaccount/labctl-agent serverside-applied (server dry run)',
  ]);
}

/** `apply` and `delete` say which command of kubectl does it; it does. */
export async function leavesObjectsToKubectl(neighbour: Neighbour): Promise<void> {
  const { name, user } = neighbour;
  const file = join(user.home, 'object.json');
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'said', namespace: 'default' } };
  await writeFile(file, JSON.stringify(object));
  for (const words of [
    ['apply', '-f', file],
    ['delete', '-f', file],
  ]) {
    const { code, stderr } = await labctl(neighbour, ...words, '--name', name);
    expect(code).toBe(7);
    const [, said = ''] = /fix: (kubectl .*)/.exec(stderr) ?? [];
    expect(await sh('sh', '-c', said)).toMatch(/^configmap.*said/);
  }
  await rm(file);
}

/** Nothing stays in the user's home but what kubectl keeps for itself. */
export async function goes(neighbour: Neighbour): Promise<void> {
  const { name, user } = neighbour;
  const { code, stderr } = await labctl(neighbour, 'down', '--name', name);
  expect(code, stderr).toBe(0);
  expect(existsSync(join(user.home, '.local', 'state', 'labctl'))).toBe(false);
  expect((await readdir(join(user.home, '.kube'))).sort()).toEqual(['cache', 'config']);
}
