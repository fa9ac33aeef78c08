import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** What the bundles are made of. The launcher watches the same places (`sources` in scripts/lib/build.sh). */
export const sourcePlaces = [
  'src',
  'profiles',
  'scripts/build.ts',
  'scripts/lib',
  'package.json',
  'package-lock.json',
] as const;

/** SHA-256 over names and contents of all sources but tests, in an order of its own. */
export async function hashSources(root: string): Promise<string> {
  const hash = createHash('sha256');
  for (const place of sourcePlaces) {
    for (const file of await filesBelow(join(root, place))) {
      if (file.endsWith('.test.ts')) continue;
      hash
        .update(`${relative(root, file)}\0`)
        .update(await readFile(file))
        .update('\0');
    }
  }
  return `${hash.digest('hex')}\n`;
}

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTDIR') return undefined;
      throw error;
    },
  );
  if (entries === undefined) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
