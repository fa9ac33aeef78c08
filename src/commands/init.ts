import { conflict, usageError } from '../core/errors.ts';
import type { CommandDefinition } from './command.ts';
import { wordArg } from './shared.ts';

const defaultFile = 'lab.labctl.yaml';

export const init: CommandDefinition = {
  name: 'init',
  summary: 'write a commented lab file to start from; never overwrites',
  arguments: [{ name: '[file]', summary: `file to write (default: ${defaultFile})` }],
  examples: ['labctl init', 'labctl init labs/kpr.labctl.yaml'],
  run: async (_context, args) => {
    const file = wordArg(args, 0) ?? defaultFile;
    const { starterText } = await import('../lab/render/starter.ts');
    const { writeFile } = await import('node:fs/promises');
    try {
      await writeFile(file, await starterText(file), { flag: 'wx' });
    } catch (error) {
      throw explained(file, error) ?? error;
    }
    return { data: { file }, text: `wrote ${file}\nnext: labctl up -f ${file}\n`, names: [file] };
  },
};

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
  return undefined;
}
