import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AgentPaths } from '../core/agent-config.ts';
import { usageError } from '../core/errors.ts';
import { makeDirectory } from '../core/make-directory.ts';
import { currentSources, isSourcePath, type Sources, sourcesPlace } from '../core/reload.ts';
import { removeTree } from '../platform/fs.ts';
import { sha256 } from './compile-cache.ts';
import { readJson, writeJson } from './json-file.ts';

interface Current {
  readonly name: string;
  /** Image of the agent that they were given to; a newer image brings newer sources of its own. */
  readonly image: string;
}

const nameLength = 16;

/** Writes sources to this node, under a name that is the hash of them. Nothing uses them yet. */
export async function keepSources(run: string, sources: Sources): Promise<string> {
  const foreign = Object.keys(sources).find((path) => !isSourcePath(path));
  if (foreign !== undefined) throw usageError('E_USAGE', `${foreign} is no source of a datapath`);
  const name = sha256(JSON.stringify(Object.entries(sources).sort())).slice(0, nameLength);
  for (const [path, text] of Object.entries(sources)) {
    const file = join(sourcesAt(run, name), path);
    makeDirectory(dirname(file), 0o700);
    await writeFile(file, text);
  }
  return name;
}

/** From its next start on the agent of this node takes these sources. Those before are removed. */
export async function useSources(run: string, name: string, image = ownImage()): Promise<void> {
  if (!existsSync(sourcesAt(run, name))) {
    throw usageError('E_USAGE', `${run} has no sources ${name}`, { fix: 'agent stage gives them' });
  }
  await writeJson(currentSources(run), { name, image } satisfies Current);
  const others = readdirSync(sourcesPlace(run), { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== name,
  );
  for (const other of others) await dropSources(run, other.name);
}

export const sourcesAt = (run: string, name: string): string => join(sourcesPlace(run), name);
export const dropSources = (run: string, name: string): Promise<void> => removeTree(sourcesAt(run, name));

/** The directory that an agent compiles: what the last reload gave to this very image, else its own. */
export async function sourcesOf(
  { run, bpf }: Pick<AgentPaths, 'run' | 'bpf'>,
  image = ownImage(),
): Promise<string> {
  const current = await readJson<Current>(currentSources(run));
  if (current?.image !== image) return bpf;
  const directory = sourcesAt(run, current.name);
  return existsSync(directory) ? directory : bpf;
}

/** The chart says it; agents of embedded labs have none. */
const ownImage = (): string => process.env.LABCTL_IMAGE ?? '';
