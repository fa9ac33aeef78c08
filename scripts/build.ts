#!/usr/bin/env -S npx tsx
/**
 * Bundles the programs into dist/: cli.js, agent.js, controller.js, demo-server.js and their shared chunks.
 * The file `dist/.built` holds the hash of everything that went in and carries the time at which the
 * build began, so the launcher asks `find -newer` and, only when something is newer, compares hashes.
 */
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { precompiledValidator } from './lib/precompiled-validator.ts';
import { hashSources } from './lib/source-hash.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, 'dist');
const stamp = join(out, '.built');
/** Chunks of earlier builds stay this long: a running agent may still import one. */
const keepOldChunksMs = 24 * 60 * 60 * 1000;

const entries = {
  cli: 'src/cli.ts',
  agent: 'src/agent/main.ts',
  operator: 'src/operator/main.ts',
  controller: 'src/controller/main.ts',
  'demo-server': 'src/demo/server.ts',
  'probe-client': 'src/checks/client/main.ts',
};

await main();

async function main(): Promise<void> {
  const began = new Date();
  const hash = await hashSources(root);
  if (!process.argv.includes('--force') && (await readText(stamp)) === hash) {
    await utimes(stamp, began, began);
    return;
  }
  await mkdir(out, { recursive: true });
  const entryPoints = await presentEntries();
  await Promise.all(Object.entries(entryPoints).map(bundle));
  await pruneChunks(began);
  await writeStamp(hash, began);
  const seconds = ((Date.now() - began.getTime()) / 1000).toFixed(1);
  console.error(`built ${Object.keys(entryPoints).join(', ')} into dist/ in ${seconds} s`);
}

/** Each program for itself: of what programs share, parts would become ever smaller files to find and read. */
async function bundle([name, file]: readonly [name: string, file: string]): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: { [name]: file },
    outdir: out,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['koffi'],
    sourcemap: 'linked',
    // Half the bytes to read at every start; names stay, for stack traces.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [precompiledValidator],
    // CommonJS packages inside an ES module still call require() for Node's own modules.
    banner: {
      js: "import { createRequire as labctlRequire } from 'node:module'; const require = labctlRequire(import.meta.url);",
    },
  });
}

async function presentEntries(): Promise<Record<string, string>> {
  const present: Record<string, string> = {};
  for (const [name, file] of Object.entries(entries)) {
    if ((await readText(join(root, file))) === undefined) console.error(`${file}: not there yet, left out`);
    else present[name] = file;
  }
  return present;
}

async function pruneChunks(now: Date): Promise<void> {
  const chunks = join(out, 'chunks');
  await mkdir(chunks, { recursive: true });
  for (const name of await readdir(chunks)) {
    const { mtimeMs } = await stat(join(chunks, name));
    if (now.getTime() - mtimeMs > keepOldChunksMs) await rm(join(chunks, name));
  }
}

/** The stamp appears only after a whole build, and with the time at which the sources were read. */
async function writeStamp(hash: string, began: Date): Promise<void> {
  const next = `${stamp}.${process.pid}`;
  await writeFile(next, hash);
  await utimes(next, began, began);
  await rename(next, stamp);
}

async function readText(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
