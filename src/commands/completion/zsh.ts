import type { OptionValue, OptionWords, WordNode } from './word-tree.ts';

/** A completion function for zsh, with the summaries beside the words. */
export function zshScript(tree: readonly WordNode[]): string {
  return `#compdef labctl
# zsh completion of labctl: labctl completion zsh > "\${fpath[1]}/_labctl"
_labctl() {
  local path='' i
  local -a verbs switches
  for ((i = 2; i < CURRENT; i++)); do
    [[ \${words[i]} == -- ]] && { _default; return }
    case "$path \${words[i]}" in
${tree
  .filter((node) => node.path.length > 0)
  .map((node) => `      ${quoted(` ${node.path.join(' ')}`)}) path="$path \${words[i]}" ;;`)
  .join('\n')}
    esac
  done
  case "$path \${words[CURRENT-1]}" in
${tree.flatMap(valueCases).join('\n')}
  esac
  case "$path" in
${tree.map(wordCase).join('\n')}
  esac
  [[ \${words[CURRENT]} == -* ]] || { _describe -t verbs verb verbs && return }
  _describe -t options option switches || _default
}
if [[ \${funcstack[1]} == _labctl ]]; then _labctl; else compdef _labctl labctl; fi
`;
}

function valueCases(node: WordNode): string[] {
  return node.options.flatMap(({ spellings, value }) => {
    if (value === undefined) return [];
    const patterns = spellings.map((each) => quoted(`${prefixOf(node)} ${each}`));
    return [`    ${patterns.join(' | ')}) ${proposal(value)}; return ;;`];
  });
}

function proposal(value: OptionValue): string {
  switch (value.kind) {
    case 'words':
      return `compadd -- ${value.words.map(quoted).join(' ')}`;
    case 'lab':
      // biome-ignore lint/suspicious/noTemplateCurlyInString: zsh expands it
      return 'compadd -- ${(f)"$(labctl list -o name 2>/dev/null)"}';
    case 'file':
      return '_files';
    case 'other':
      return '_message value';
  }
}

function wordCase(node: WordNode): string {
  const verbs = node.verbs.map(({ word, summary }) => described(word, summary));
  return [
    `    ${quoted(prefixOf(node))})`,
    `      verbs=(${verbs.join(' ')})`,
    `      switches=(${node.options.flatMap(describedOption).join(' ')}) ;;`,
  ].join('\n');
}

const describedOption = ({ spellings, summary }: OptionWords): string[] =>
  spellings.map((spelling) => described(spelling, summary));

const described = (word: string, summary: string): string => quoted(`${word}:${summary}`);
const prefixOf = (node: WordNode): string => node.path.map((word) => ` ${word}`).join('');
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
