#!/usr/bin/env -S npx tsx
/**
 * Packages charts of Cilium out of its Go module, which has install/kubernetes/cilium, for tests that want released
 * charts (LABCTL_CHARTS_DIR). They are the released ones but for the digests of Cilium's own images, which only a
 * release writes into values.yaml. Needs go and helm; what go downloads stays in its module cache.
 *
 *   tsx scripts/cilium-charts.ts VERSION... [--out DIR]
 */
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { $, argv, ProcessOutput } from 'zx';
import { makeDirectory } from '../src/core/make-directory.ts';

const moduleName = 'github.com/cilium/cilium';
const out = resolve(String(argv.out ?? 'charts'));
const versions = argv._.map((version) => version.replace(/^v/, ''));
const quiet = $({ quiet: true });

try {
  if (versions.length === 0)
    throw new Error('which versions? tsx scripts/cilium-charts.ts 1.20.0 --out charts');
  const missing = ['go', 'helm'].filter((command) => !isInPath(command));
  if (missing.length > 0) throw new Error(`not in PATH: ${missing.join(' and ')}`);
  makeDirectory(out);
  for (const version of versions) {
    const place = await sourceOf(version);
    const { stdout } = await quiet`helm package ${join(place, 'install/kubernetes/cilium')} -d ${out}`;
    console.log(stdout.trim().replace(/^.*: /, ''));
  }
} catch (error) {
  console.error(error instanceof ProcessOutput ? error.stderr.trim() : (error as Error).message);
  process.exitCode = 1;
}

interface Download {
  readonly Dir?: string;
  readonly Error?: string;
}

/** The directory of a version in go's module cache. */
async function sourceOf(version: string): Promise<string> {
  const { stdout, stderr } = await quiet`go mod download -json ${`${moduleName}@v${version}`}`.nothrow();
  const { Dir, Error: reason = stderr.trim() } = (stdout === '' ? {} : JSON.parse(stdout)) as Download;
  if (Dir !== undefined) return Dir;
  const hint = reason.includes('sumdb')
    ? `\nWhere go's checksum database cannot be asked: GONOSUMDB=${moduleName}`
    : '';
  throw new Error(`go has no Cilium ${version}: ${reason}${hint}`);
}

function isInPath(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((place) => existsSync(join(place, command)));
}
