import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { messageOf, usageError } from '../../core/errors.ts';
import type { Exec } from '../../core/exec.ts';
import { isTree } from '../values/tree.ts';
import type { ChartText } from './keys.ts';
import { chartName } from './locate.ts';

/** Reads a chart from its directory or from what `helm package` makes of it. Throws E_CHART where it is none. */
export async function readChart(exec: Exec, place: string): Promise<ChartText> {
  const found = await stat(place).catch(() => undefined);
  if (found === undefined) throw noChart(place, 'there is nothing');
  if (found.isDirectory()) return await readDirectory(place, place);
  const directory = await mkdtemp(join(tmpdir(), 'labctl-chart-'));
  try {
    const { exitCode } = await exec('tar', ['-xzf', place, '-C', directory], { allowFailure: true });
    const [top] = exitCode === 0 ? await readdir(directory) : [];
    if (top === undefined) throw noChart(place, 'it is no chart archive');
    return await readDirectory(join(directory, top), place);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function readDirectory(directory: string, place: string): Promise<ChartText> {
  const text = (file: string): Promise<string> => readFile(join(directory, file), 'utf8').catch(() => '');
  const described = yamlOf(await text('Chart.yaml'), place, 'Chart.yaml');
  if (!isTree(described) || !('name' in described) || !('version' in described)) {
    throw noChart(place, 'it has no Chart.yaml with name and version');
  }
  if (described.name !== chartName) {
    throw usageError('E_CHART', `${place} is the chart of ${described.name}`, {
      fix: `give the chart of ${chartName}`,
    });
  }
  const values = await text('values.yaml');
  yamlOf(values, place, 'values.yaml');
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const templates = entries.filter(
    (entry) => entry.isFile() && isTemplate(join(entry.parentPath, entry.name).slice(directory.length)),
  );
  return {
    name: String(described.name),
    version: String(described.version),
    values,
    templates: await Promise.all(
      templates.map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')),
    ),
  };
}

function yamlOf(text: string, place: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw noChart(place, `its ${file} is no YAML: ${messageOf(error).split('\n')[0]}`, error);
  }
}

/** By its path in the chart. Templates hand scripts and configuration under files/ to `tpl`. */
const isTemplate = (path: string): boolean =>
  /^\/templates\/.*\.(ya?ml|tpl|txt)$/.test(path) || /^\/files\/.*\.(bash|sh|ya?ml|json|tpl)$/.test(path);

const noChart = (place: string, reason: string, cause?: unknown): Error =>
  usageError('E_CHART', `${place} is no chart: ${reason}`, {
    cause,
    fix: 'give the directory of a chart, the .tgz that helm pull brings, or a repository: https://..., oci://..., NAME/CHART',
  });
