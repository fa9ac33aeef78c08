/**
 * Writes src/cilium/lint/generated/chart-keys.json: the keys of released charts of Cilium by minor, which
 * `labctl values lint` goes by where no chart is at hand. Charts lie in LABCTL_CHARTS_DIR as cilium-VERSION.tgz
 * (cilium-charts.ts brings them): at least the first and the last patch at hand of every minor.
 *
 *   LABCTL_CHARTS_DIR=DIR tsx scripts/cilium-keys.ts
 */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keysOfChart, readChart } from '../src/cilium/index.ts';
import { groupByMinors } from '../src/cilium/lint/chart-keys.ts';
import { exec } from '../src/platform/exec.ts';

const directory = process.env.LABCTL_CHARTS_DIR;
if (directory === undefined) throw new Error('LABCTL_CHARTS_DIR is not set');
const output = join(import.meta.dirname, '../src/cilium/lint/generated/chart-keys.json');

const names = (await readdir(directory)).filter((name) => /^cilium-.*\.tgz$/.test(name));
const charts = [];
for (const name of names) {
  const chart = await readChart(exec, join(directory, name));
  charts.push({ version: chart.version, keys: keysOfChart(chart) });
}
await writeFile(output, `${JSON.stringify(groupByMinors(charts), null, 2)}\n`);
console.log(`${names.length} charts read`);
