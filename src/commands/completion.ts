import { usageError } from '../core/errors.ts';
import type { CommandDefinition } from './command.ts';
import { shells } from './completion/shells.ts';
import { wordArg } from './shared.ts';

export const completion: CommandDefinition = {
  name: 'completion',
  summary: 'print a completion script for a shell',
  arguments: [{ name: '<shell>', summary: Object.keys(shells).join(', ') }],
  outputs: [],
  examples: [
    'source <(labctl completion bash)',
    'labctl completion fish > ~/.config/fish/completions/labctl.fish',
  ],
  run: async (_context, args) => {
    const [{ definitions }, { wordTree }] = await Promise.all([
      import('./index.ts'),
      import('./completion/word-tree.ts'),
    ]);
    const shell = wordArg(args, 0) ?? '';
    const write = Object.entries(shells).find(([name]) => name === shell)?.[1];
    if (write === undefined) {
      throw usageError('E_USAGE', `no completion for ${shell}`, {
        fix: `one of: ${Object.keys(shells).join(', ')}`,
      });
    }
    return { text: write(wordTree(definitions)) };
  },
};
