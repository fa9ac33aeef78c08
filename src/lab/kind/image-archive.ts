import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Exec } from '../../core/exec.ts';
import { saveImages } from '../../platform/docker.ts';
import { removeTree } from '../../platform/fs.ts';

/** Images of the engine as files, each written once: by the first call, early, while kind makes the nodes. */
export interface ImageArchive {
  readonly of: (references: readonly string[]) => Promise<string>;
  /** Also waits for what is being written. */
  readonly remove: () => Promise<void>;
}

export function imageArchive(exec: Exec): ImageArchive {
  const files = new Map<string, Promise<string>>();
  const write = async (references: readonly string[]): Promise<string> => {
    const file = join(await mkdtemp(join(tmpdir(), 'labctl-images-')), 'images.tar');
    await saveImages(exec, references, file).catch(async (error: unknown) => {
      await removeTree(join(file, '..'));
      throw error;
    });
    return file;
  };
  return {
    of: (references) => {
      const key = [...references].sort().join(' ');
      const file = files.get(key) ?? write(references);
      files.set(key, file);
      return file;
    },
    remove: async () => {
      const written = await Promise.allSettled(files.values());
      const directories = written.flatMap((each) =>
        each.status === 'fulfilled' ? [join(each.value, '..')] : [],
      );
      await Promise.all(directories.map(removeTree));
    },
  };
}
