import { chmod, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { beforeMerge, mergeKubeconfig, unmergeKubeconfig, userKubeconfig } from './user-kubeconfig.ts';

const config = (name: string, server: string): string => `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${'QUJD'.repeat(60)}
    server: ${server}
  name: ${name}
contexts:
- context:
    cluster: ${name}
    namespace: "0755"
    user: ${name}
  name: ${name}
current-context: ${name}
kind: Config
preferences: {}
users:
- name: ${name}
  user:
    client-key-data: ${'REVG'.repeat(60)}
`;
const others = config('kind-other', 'https://127.0.0.1:40001');
const ours = config('kind-lab', 'https://127.0.0.1:40002');

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'labctl-kubeconfig-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  file = join(directory, 'config');
});

interface Entries {
  readonly 'current-context': string;
  readonly clusters: readonly { readonly name: string }[];
  readonly users: readonly { readonly name: string }[];
}
const read = async (): Promise<Entries> => parse(await readFile(file, 'utf8')) as Entries;

describe('a cluster in the kubeconfig of its user', () => {
  it('comes beside what is there, becomes the current context, and goes without a trace', async () => {
    await writeFile(file, others, { mode: 0o640 });
    const merged = await beforeMerge(file);
    await mergeKubeconfig(merged, ours);
    const both = await read();
    expect(both['current-context']).toBe('kind-lab');
    expect(both.clusters).toEqual([...parse(others).clusters, ...parse(ours).clusters]);
    expect(both.users).toEqual([...parse(others).users, ...parse(ours).users]);
    await unmergeKubeconfig(merged, 'kind-lab');
    expect(await readFile(file, 'utf8')).toBe(others);
    expect((await stat(file)).mode & 0o777).toBe(0o640);
  });

  it('keeps comments, order and the way in which others write', async () => {
    const text = `# mine\n${others.replace('users:\n', '# people\nusers:\n')}`;
    await writeFile(file, text);
    const merged = await beforeMerge(file);
    await mergeKubeconfig(merged, ours);
    await unmergeKubeconfig(merged, 'kind-lab');
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('makes the file and its directory where there are none, and removes them again', async () => {
    const fresh = join(directory, '.kube', 'config');
    const merged = await beforeMerge(fresh);
    await mergeKubeconfig(merged, ours);
    expect((await stat(fresh)).mode & 0o777).toBe(0o600);
    expect(parse(await readFile(fresh, 'utf8'))).toMatchObject({ 'current-context': 'kind-lab' });
    await unmergeKubeconfig(merged, 'kind-lab');
    await expect(stat(join(directory, '.kube'))).rejects.toThrow('ENOENT');
  });

  it('leaves a current context that somebody chose meanwhile', async () => {
    await writeFile(file, others);
    const merged = await beforeMerge(file);
    await mergeKubeconfig(merged, ours);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('current-context: kind-lab', 'current-context: kind-other'));
    await unmergeKubeconfig(merged, 'kind-lab');
    expect((await read())['current-context']).toBe('kind-other');
  });

  it('names no context where the one before has gone', async () => {
    await writeFile(file, others);
    const merged = { ...(await beforeMerge(file)), previous: 'kind-gone' };
    await mergeKubeconfig(merged, ours);
    await unmergeKubeconfig(merged, 'kind-lab');
    expect((await read())['current-context']).toBe('');
  });

  it('does not replace a cluster of that name on another machine', async () => {
    const remote = config('kind-lab', 'https://cluster.example:6443');
    await writeFile(file, remote);
    await expect(mergeKubeconfig({ file }, ours)).rejects.toMatchObject({ code: 'E_KUBECONFIG' });
    expect(await readFile(file, 'utf8')).toBe(remote);
  });

  it('changes nothing in a file that it cannot read', async () => {
    await writeFile(file, 'clusters: [');
    await expect(mergeKubeconfig({ file }, ours)).rejects.toMatchObject({ code: 'E_KUBECONFIG' });
    expect(await readFile(file, 'utf8')).toBe('clusters: [');
    await expect(stat(`${file}.lock`)).rejects.toThrow('ENOENT');
  });

  it('waits for the lock of kubectl and kind', async () => {
    await writeFile(file, others);
    await writeFile(`${file}.lock`, '');
    const merging = mergeKubeconfig({ file }, ours);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await readFile(file, 'utf8')).toBe(others);
    await rm(`${file}.lock`);
    await merging;
    expect((await read()).clusters).toHaveLength(2);
  });

  it('loses nothing when many come at once', async () => {
    await writeFile(file, others);
    const names = Array.from({ length: 8 }, (_, index) => `kind-lab${index}`);
    await Promise.all(
      names.map((name) => mergeKubeconfig({ file }, config(name, 'https://127.0.0.1:40003'))),
    );
    expect((await read()).clusters.map(({ name }) => name).sort()).toEqual(['kind-other', ...names].sort());
  });

  it('follows a symbolic link', async () => {
    const target = join(directory, 'real');
    await writeFile(target, others);
    await chmod(target, 0o600);
    await symlink(target, file);
    await mergeKubeconfig({ file }, ours);
    expect(parse(await readFile(target, 'utf8')).clusters).toHaveLength(2);
  });
});

describe('the file that is written to', () => {
  it('is the first of KUBECONFIG that exists, else the last', async () => {
    const [a, b] = [join(directory, 'a'), join(directory, 'b')];
    expect(await userKubeconfig({ KUBECONFIG: `${a}::${b}` })).toBe(b);
    await writeFile(a, others);
    expect(await userKubeconfig({ KUBECONFIG: `${a}:${b}` })).toBe(a);
    expect(await userKubeconfig({})).toMatch(/\/\.kube\/config$/);
  });
});
