import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import type { WordNode } from './word-tree.ts';
import { zshScript } from './zsh.ts';

/** Writers of completion scripts, by shell. */
export const shells: Readonly<Record<'bash' | 'zsh' | 'fish', (tree: readonly WordNode[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};
