#!/usr/bin/env -S npx tsx
/**
 * Packages charts of Cilium out of its Go module, which has install/kubernetes/cilium, for tests that want released
 * charts (LABCTL_CHARTS_DIR). They are the released ones but for the digests of Cilium's own images, which only a
 * release writes into values.yaml. Needs go and helm; what go downloads stays in its module cache.
 *
 *   tsx scripts/cilium-charts.ts VERSION... [--out DIR]
 */
import { join, resolve } from 'node:path';
import { $, argv, ProcessOutput } from 'zx';
import { makeDirectory } from '../src/core/make-directory.ts';
import { ciliumSource, requireCommands } from './lib/cilium-module.ts';

const out = resolve(String(argv.out ?? 'charts'));
const versions = argv._.map((version) => version.replace(/^v/, ''));
const quiet = $({ quiet: true });

try {
  if (versions.length === 0)
    throw new Error('which versions? tsx scripts/cilium-charts.ts 1.20.0 --out charts');
  requireCommands('go', 'helm');
  makeDirectory(out);
  for (const version of versions) {
    const place = await ciliumSource(version);
    const { stdout } = await quiet`helm package ${join(place, 'install/kubernetes/cilium')} -d ${out}`;
    console.log(stdout.trim().replace(/^.*: /, ''));
  }
} catch (error) {
  console.error(error instanceof ProcessOutput ? error.stderr.trim() : (error as Error).message);
  process.exitCode = 1;
}
