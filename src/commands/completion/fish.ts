import type { OptionValue, OptionWords, WordNode } from './word-tree.ts';

/** Completion for fish: one `complete` line for each word, shown while the command before it fits. */
export function fishScript(tree: readonly WordNode[]): string {
  const lines = tree.flatMap((node) => [
    ...node.verbs.map(({ word, summary }) => `${line(node)} -f -a ${quoted(word)} -d ${quoted(summary)}`),
    ...node.options.map((option) => `${line(node)} ${optionPart(option)} -d ${quoted(option.summary)}`),
  ]);
  return `# fish completion of labctl: labctl completion fish > ~/.config/fish/completions/labctl.fish
function __labctl_at
  set -l path
  for word in (commandline -opc)[2..]
    switch "$path $word"
      case ${pathsOf(tree).map(quoted).join(' ')}
        set path "$path $word"
    end
  end
  test "$path" = "$argv[1]"
end
${lines.join('\n')}
`;
}

const pathsOf = (tree: readonly WordNode[]): string[] =>
  tree.filter((node) => node.path.length > 0).map(pathOf);

const pathOf = (node: WordNode): string => node.path.map((word) => ` ${word}`).join('');

const line = (node: WordNode): string =>
  `complete -c labctl -n ${quoted(`__labctl_at ${quoted(pathOf(node))}`)}`;

function optionPart({ spellings, value }: OptionWords): string {
  const names = spellings.map((each) =>
    each.startsWith('--') ? `-l ${each.slice(2)}` : `-s ${each.slice(1)}`,
  );
  return value === undefined ? names.join(' ') : `${names.join(' ')} ${proposal(value)}`;
}

function proposal(value: OptionValue): string {
  switch (value.kind) {
    case 'words':
      return `-x -a ${quoted(value.words.join(' '))}`;
    case 'lab':
      return `-x -a ${quoted('(labctl list -o name 2>/dev/null)')}`;
    case 'file':
      return '-r -F';
    case 'other':
      return '-x';
  }
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
