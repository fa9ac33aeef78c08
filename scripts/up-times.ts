#!/usr/bin/env -S npx tsx
/**
 * How long `up` takes from the start of the program to the first answer of a ClusterIP: once cold, with an empty
 * cache of compiled objects, then warm. `verify` is left out.
 *
 *   tsx scripts/up-times.ts [--runs 10] [--profile ebpf]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { $, argv } from 'zx';

/** A fifteenth of the 33 s that a kind cluster of three nodes takes. */
const goalSeconds = 2.2;
const lab = 'up-times';
const root = join(import.meta.dirname, '..');
const runs = Number(argv.runs ?? 10);
const profile = String(argv.profile ?? 'ebpf');

const cache = mkdtempSync(join(tmpdir(), 'labctl-cache-'));
const own = $({ cwd: root, env: { ...process.env, LABCTL_CACHE_DIR: cache } });

try {
  console.log(`${profile}, ${cpus().length} CPUs, load ${loadavg()[0]?.toFixed(2)} before the first run`);
  console.log(`cold  ${show(await secondsOfUp(true))}`);
  const warm: number[] = [];
  for (let run = 1; run <= runs; run++) {
    const seconds = await secondsOfUp(false);
    warm.push(seconds);
    console.log(`warm  ${show(seconds)}`);
  }
  const sorted = warm.toSorted((a, b) => a - b);
  const within = warm.filter((seconds) => seconds <= goalSeconds).length;
  console.log(`median ${show(at(sorted, 0.5))}, best ${show(at(sorted, 0))}, worst ${show(at(sorted, 1))}`);
  console.log(`${within} of ${runs} warm runs within ${goalSeconds} s`);
} finally {
  rmSync(cache, { recursive: true });
}

async function secondsOfUp(cold: boolean): Promise<number> {
  try {
    const answer = await own`./labctl up --name ${lab} --profile ${profile} --no-verify -o json`.quiet();
    const report = JSON.parse(answer.stdout) as { readonly seconds: number; readonly cold: boolean };
    if (report.cold !== cold) throw new Error(`the run was ${report.cold ? 'cold' : 'warm'}`);
    return report.seconds;
  } finally {
    await own`./labctl down --name ${lab}`.quiet();
  }
}

function at(sorted: readonly number[], part: number): number {
  return sorted[Math.round((sorted.length - 1) * part)] ?? Number.NaN;
}

function show(seconds: number): string {
  return `${seconds.toFixed(2).padStart(5)} s`;
}
