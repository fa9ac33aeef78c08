import { chown, cp, mkdir, mkdtemp, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { sh } from '../support/cli.ts';
import { nobody, type PlainUser } from '../support/without-root.ts';

/**
 * Who may use the container engine, and has no root, no compiler and no libbpf. The kubeconfig begins as a copy of the
 * one given.
 */
export async function engineUser(kubeconfig: string): Promise<PlainUser & { readonly kubeconfig: string }> {
  const home = await mkdtemp(join(tmpdir(), 'labctl-neighbour-'));
  const directory = join(home, '.kube');
  const config = join(directory, 'config');
  await mkdir(directory, { mode: 0o700 });
  await cp(kubeconfig, config);
  for (const path of [home, directory, config]) await chown(path, nobody, nobody);
  const { gid } = await stat('/var/run/docker.sock');
  const hidden = [...(await compilers()), ...(await libraries())];
  return { home, path: process.env.PATH ?? '', group: gid, hidden, kubeconfig: config };
}

async function compilers(): Promise<string[]> {
  const places = (process.env.PATH ?? '').split(delimiter);
  const found = places.map(async (place) => {
    const names = await readdir(place).catch(() => []);
    return names.filter((name) => /^clang(-\d+)?$/.test(name)).map((name) => join(place, name));
  });
  return (await Promise.all(found)).flat();
}

async function libraries(): Promise<string[]> {
  const cached = await sh('ldconfig', '-p');
  return [...cached.matchAll(/libbpf\.so.* => (\S+)/g)].map(([, file = '']) => file);
}
