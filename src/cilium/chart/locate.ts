import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentError } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { makeDirectory } from '../../core/make-directory.ts';
import { cacheRoot } from '../../core/paths.ts';
import type { ChartVersion } from '../version.ts';

export const chartName = 'cilium';
const limitMs = 120_000;

/** What helm is asked for, by how a place that is not on this machine is written. */
const forms: readonly { readonly is: RegExp; readonly pull: (place: string) => readonly string[] }[] = [
  { is: /^https?:\/\/.*\.tgz$/, pull: (place) => [place] },
  { is: /^https?:\/\//, pull: (place) => [chartName, '--repo', place] },
  { is: /^oci:\/\//, pull: (place) => [place] },
  // One of `helm repo add`, as `cilium/cilium`.
  { is: /^\w[\w.-]*\/(?!.*\.tgz$)\w[\w.-]*$/, pull: (place) => [place] },
];

/**
 * Path of a chart: of a directory or archive that is there, else of what helm brings from a repository (its address, that of
 * an archive, oci://..., or NAME/CHART as helm knows it). A version that was brought before is not asked for again.
 * Throws E_CHART_PULL with what helm says.
 */
export async function locateChart(exec: Exec, place: string, version: ChartVersion): Promise<string> {
  const form = existsSync(place) ? undefined : forms.find(({ is }) => is.test(place));
  if (form === undefined) return place;
  const key = createHash('sha256').update(`${place}\0${version}`).digest('hex').slice(0, 16);
  const kept = join(cacheRoot(), 'charts', key);
  if (!existsSync(kept)) await pull(exec, place, [...form.pull(place), '--version', version], kept);
  const [archive = ''] = await readdir(kept);
  return join(kept, archive);
}

/** Into a directory of its own first: one that is there is whole. */
async function pull(exec: Exec, place: string, words: readonly string[], to: string): Promise<void> {
  makeDirectory(join(to, '..'));
  const directory = await mkdtemp(`${to}.`);
  try {
    await exec('helm', ['pull', ...words, '--destination', directory], { timeoutMs: limitMs });
    // Somebody else may have brought it meanwhile.
    if (!existsSync(to)) await rename(directory, to);
  } catch (cause) {
    throw environmentError('E_CHART_PULL', `helm brings no chart from ${place}`, {
      cause,
      fix: `helm pull ${words.join(' ')} where there is a network, then --chart FILE.tgz`,
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
