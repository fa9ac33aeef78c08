import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileDatapath } from '../src/agent/compile.ts';
import { cacheRoot } from '../src/core/paths.ts';
import { contractHash, mergeLayouts, readCodes } from '../src/datapath/contract.ts';
import { type Contract, generate } from '../src/datapath/generate.ts';
import { exec } from '../src/platform/exec.ts';

const root = join(import.meta.dirname, '..');
export const generatedDirectory = join(root, 'src/datapath/generated');
const bpf = join(root, 'bpf');

/** Sources of the datapath, by path below bpf/. */
export function datapathSources(): ReadonlyMap<string, string> {
  const files = readdirSync(bpf, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(c|h|def)$/.test(file),
  );
  return new Map(files.map((file) => [file, readFileSync(join(bpf, file), 'utf8')]));
}

/** Compiles the datapath and reads its contract from the objects. */
export async function currentContract(): Promise<Contract> {
  const built = await compileDatapath({ sources: bpf, cache: cacheRoot(), exec });
  const sources = datapathSources();
  return {
    hash: contractHash(sources),
    layout: mergeLayouts(built.layouts),
    codes: [
      readCodes('dropReasons', sources.get('include/drop_reasons.def') ?? ''),
      readCodes('forwardCodes', sources.get('include/forward_codes.def') ?? ''),
    ],
  };
}

async function main(): Promise<void> {
  const files = generate(await currentContract());
  rmSync(generatedDirectory, { recursive: true, force: true });
  mkdirSync(generatedDirectory, { recursive: true });
  for (const [file, text] of files) writeFileSync(join(generatedDirectory, file), text);
  console.error(`${files.size} files written to src/datapath/generated`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
