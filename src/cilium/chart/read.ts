import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { usageError } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import type { ChartText } from './keys.ts';

/** Reads a chart from its directory or from what `helm package` makes of it. Throws E_CHART where it is none. */
export async function readChart(exec: Exec, place: string): Promise<ChartText> {
  const found = await stat(place).catch(() => undefined);
  if (found === undefined) throw noChart(place, 'there is nothing');
  if (found.isDirectory()) return await readDirectory(place);
  const directory = await mkdtemp(join(tmpdir(), 'labctl-chart-'));
  try {
    const { exitCode } = await exec('tar', ['-xzf', place, '-C', directory], { allowFailure: true });
    const [top] = exitCode === 0 ? await readdir(directory) : [];
    if (top === undefined) throw noChart(place, 'it is no chart archive');
    return await readDirectory(join(directory, top));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function readDirectory(directory: string): Promise<ChartText> {
  const text = (file: string): Promise<string> => readFile(join(directory, file), 'utf8').catch(() => '');
  const described: unknown = parse(await text('Chart.yaml'));
  if (
    typeof described !== 'object' ||
    described === null ||
    !('name' in described) ||
    !('version' in described)
  ) {
    throw noChart(directory, 'it has no Chart.yaml with name and version');
  }
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const templates = entries.filter(
    (entry) => entry.isFile() && isTemplate(join(entry.parentPath, entry.name).slice(directory.length)),
  );
  return {
    name: String(described.name),
    version: String(described.version),
    values: await text('values.yaml'),
    templates: await Promise.all(
      templates.map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')),
    ),
  };
}

/** By its path in the chart. Templates hand scripts and configuration under files/ to `tpl`. */
const isTemplate = (path: string): boolean =>
  /^\/templates\/.*\.(ya?ml|tpl|txt)$/.test(path) || /^\/files\/.*\.(bash|sh|ya?ml|json|tpl)$/.test(path);

const noChart = (place: string, reason: string): Error =>
  usageError('E_CHART', `${place} is no chart: ${reason}`, {
    fix: 'give the directory of a chart, the .tgz that helm pull brings, or a repository: https://..., oci://..., NAME/CHART',
  });
