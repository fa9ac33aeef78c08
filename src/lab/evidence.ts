import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { labPaths, stateRoot } from '../core/paths.ts';
import { privateDirectory } from '../platform/fs.ts';

/** Copies the record, the cluster's objects and all logs to a place that `down` does not remove. */
export async function keepEvidence(lab: string): Promise<string> {
  const when = new Date().toISOString().replaceAll(/[:.]/g, '-');
  // Names of labs have no dot, so this is none.
  const directory = join(stateRoot(), '.evidence', `${lab}-${when}`);
  await privateDirectory(directory);
  await cp(labPaths(lab).state, directory, { recursive: true });
  return directory;
}
