import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Exec } from '../core/exec.ts';

export interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly values: unknown;
  readonly kubeconfig: string;
}

const limitMs = 180_000;

/** Installs a chart, or upgrades its release. Does not wait for pods. */
export async function upgradeRelease(exec: Exec, release: Release, signal: AbortSignal): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'labctl-values-'));
  try {
    const values = join(directory, 'values.json');
    await writeFile(values, JSON.stringify(release.values), { mode: 0o600 });
    await exec(
      'helm',
      [
        ...['upgrade', '--install', release.name, release.chart, '--namespace', release.namespace],
        ...['--create-namespace', '--values', values, '--kubeconfig', release.kubeconfig],
      ],
      { timeoutMs: limitMs, signal },
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
