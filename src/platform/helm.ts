import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../core/errors.ts';
import type { Exec } from '../core/exec.ts';
import { inTemporary } from './fs.ts';

export interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly values: unknown;
}

const limitMs = 180_000;

/** Installs a chart, or upgrades its release: by these values alone, none of an earlier one are taken over. Does not wait for pods. */
export async function upgradeRelease(
  exec: Exec,
  release: Release,
  { kubeconfig, signal }: { readonly kubeconfig: string; readonly signal: AbortSignal },
): Promise<void> {
  await withValues(release, async (values) => {
    await exec(
      'helm',
      [
        ...['upgrade', '--install', release.name, release.chart, '--namespace', release.namespace],
        ...['--create-namespace', '--reset-values', '--values', values, '--kubeconfig', kubeconfig],
      ],
      { timeoutMs: limitMs, signal },
    );
  });
}

/** The values that a release was given, without its chart's own; undefined where there is no such release. */
export async function valuesOfRelease(
  exec: Exec,
  { name, namespace }: Pick<Release, 'name' | 'namespace'>,
  kubeconfig: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { stdout, stderr, exitCode } = await exec(
    'helm',
    ['get', 'values', name, '--namespace', namespace, '--output', 'json', '--kubeconfig', kubeconfig],
    { allowFailure: true },
  );
  if (exitCode === 0) return (JSON.parse(stdout) ?? {}) as Readonly<Record<string, unknown>>;
  if (stderr.includes('not found')) return undefined;
  throw failure('E_COMMAND', `helm get values ${name}: exit code ${exitCode}\n${stderr.trimEnd()}`);
}

/** The manifests that a release installs, as YAML. Asks no cluster. */
export async function templateRelease(exec: Exec, release: Release): Promise<string> {
  return withValues(release, async (values) => {
    const { stdout } = await exec('helm', [
      ...['template', release.name, release.chart, '--namespace', release.namespace, '--values', values],
    ]);
    return stdout;
  });
}

/** Removes a release and what it installed; none of that name is no error. */
export async function uninstallRelease(
  exec: Exec,
  { name, namespace }: Pick<Release, 'name' | 'namespace'>,
  kubeconfig: string,
): Promise<void> {
  await exec(
    'helm',
    [
      ...['uninstall', name, '--namespace', namespace, '--ignore-not-found', '--wait'],
      ...['--kubeconfig', kubeconfig],
    ],
    { timeoutMs: limitMs },
  );
}

const withValues = <T>(release: Release, use: (file: string) => Promise<T>): Promise<T> =>
  inTemporary('values', async (directory) => {
    const values = join(directory, 'values.json');
    await writeFile(values, JSON.stringify(release.values), { mode: 0o600 });
    return await use(values);
  });
