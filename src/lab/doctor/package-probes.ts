import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageRow, PackageTable } from './packages.ts';
import type { Probe, ProbeContext, Seen } from './probe.ts';

/** One probe for each thing that the launcher would install. */
export const packageProbes = (table: PackageTable): readonly Probe[] =>
  table.rows.map((row) => ({
    id: `package.${row.what}`,
    title: row.what,
    need: 'the embedded runtime, its checks or its people use it',
    runtimes: ['netns'],
    run: (context) => find(row, context),
    fix: table.install(row.what),
  }));

async function find(row: PackageRow, { exec }: ProbeContext): Promise<Seen> {
  switch (row.kind) {
    case 'cmd':
      return firstOf((process.env.PATH ?? '').split(':').map((dir) => join(dir, row.what)));
    case 'bpftool': {
      const { exitCode, stdout } = await exec('bpftool', ['version'], { allowFailure: true });
      return { ok: exitCode === 0, saw: exitCode === 0 ? (stdout.split('\n')[0] ?? '') : 'it does not run' };
    }
    case 'lib':
    case 'lib-static':
      return firstOf(await below(['/usr/lib', '/lib', '/usr/lib64'], row.what));
    case 'header':
      return firstOf(await below(['/usr/include'], row.what));
    default:
      return firstOf([row.what]);
  }
}

const firstOf = (paths: readonly string[]): Seen => {
  const found = paths.find((path) => existsSync(path));
  return found === undefined ? { ok: false, saw: 'not found' } : { ok: true, saw: found };
};

/** A name in directories and in their sub-directories for one architecture (`x86_64-linux-gnu`). */
async function below(directories: readonly string[], name: string): Promise<string[]> {
  const found: string[] = [];
  for (const directory of directories.filter((each) => existsSync(each))) {
    const children = (await readdir(directory)).filter((child) => child.includes('-linux-'));
    found.push(join(directory, name), ...children.map((child) => join(directory, child, name)));
  }
  return found;
}
