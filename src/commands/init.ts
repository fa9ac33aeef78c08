import { conflict, usageError } from '../core/errors.ts';
import { namedPlaceError } from '../core/file-error.ts';
import type { CommandDefinition } from './command.ts';
import { wordArg } from './shared.ts';

const defaultFile = 'lab.labctl.yaml';

export const init: CommandDefinition = {
  name: 'init',
  summary: 'write a commented lab file to start from; never overwrites',
  arguments: [{ name: '[file]', summary: `file to write (default: ${defaultFile})` }],
  examples: ['labctl init', 'labctl init labs/kpr.labctl.yaml'],
  run: async (_context, args) => {
    const file = fileOperand(wordArg(args, 0) ?? defaultFile);
    const { starterText } = await import('../lab/render/starter.ts');
    const text = await starterText(file);
    await writeNew(file, text).catch((error: unknown) => {
      throw explained(file, error) ?? error;
    });
    return { data: { file }, text: `wrote ${file}\nnext: labctl up -f ${file}\n`, names: [file] };
  },
};

/** A disk that is full must not leave half a file, which the next try would refuse to replace. */
async function writeNew(file: string, text: string): Promise<void> {
  const { open, rm } = await import('node:fs/promises');
  const made = await open(file, 'wx');
  try {
    await made.writeFile(text);
  } catch (error) {
    await rm(file);
    throw error;
  } finally {
    await made.close();
  }
}

function explained(file: string, error: unknown): Error | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EEXIST') {
    return conflict('E_FILE_EXISTS', `${file} is there already`, {
      fix: 'name another file, or remove this one',
      cause: error,
    });
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return usageError('E_USAGE', `${file}: its directory does not exist`, {
      fix: 'make the directory, or name a file in one that exists',
      cause: error,
    });
  }
  return namedPlaceError(error);
}

/** What no shell, no `-f` and no editor takes without quotes is a mistake more often than a wish. */
function fileOperand(word: string): string {
  if (word !== '' && word !== '-' && !/\p{Cc}/u.test(word)) return word;
  throw usageError('E_USAGE', `${JSON.stringify(word)} is no name for a lab file`, {
    fix: `name a file, such as ${defaultFile}`,
  });
}
