import type { OptionValue, WordNode } from './word-tree.ts';

/** A completion function for bash 4; needs nothing of the bash-completion package. */
export function bashScript(tree: readonly WordNode[]): string {
  return `# bash completion of labctl: source <(labctl completion bash)
_labctl() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ \${COMP_WORDS[i]} == -- ]] && return
    case "$path \${COMP_WORDS[i]}" in
      ${alternatives(pathsOf(tree))}) path="$path \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path $prev" in
${valueCases(tree).join('\n')}
  esac
  case "$path" in
${tree.map(wordCase).join('\n')}
  esac
}
complete -o default -F _labctl labctl
`;
}

const pathsOf = (tree: readonly WordNode[]): string[] =>
  tree.filter((node) => node.path.length > 0).map((node) => ` ${node.path.join(' ')}`);

const alternatives = (patterns: readonly string[]): string =>
  patterns.map((pattern) => `'${pattern}'`).join(' | ');

function valueCases(tree: readonly WordNode[]): string[] {
  return tree.flatMap((node) =>
    node.options.flatMap(({ spellings, value }) => {
      if (value === undefined) return [];
      const prefix = node.path.map((word) => ` ${word}`).join('');
      return [
        `    ${alternatives(spellings.map((each) => `${prefix} ${each}`))}) ${proposal(value)}; return ;;`,
      ];
    }),
  );
}

function proposal(value: OptionValue): string {
  switch (value.kind) {
    case 'words':
      return replyWith(`-W '${value.words.join(' ')}'`);
    case 'lab':
      return replyWith('-W "$(labctl list -o name 2>/dev/null)"');
    case 'file':
      return replyWith('-f');
    case 'other':
      return 'COMPREPLY=()';
  }
}

function wordCase(node: WordNode): string {
  const words = [
    ...node.verbs.map(({ word }) => word),
    ...node.options.flatMap(({ spellings }) => spellings),
  ];
  const path = node.path.map((word) => ` ${word}`).join('');
  return `    '${path}') ${replyWith(`-W '${words.join(' ')}'`)} ;;`;
}

const replyWith = (options: string): string => `mapfile -t COMPREPLY < <(compgen ${options} -- "$cur")`;
