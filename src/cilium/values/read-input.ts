import { readYaml, type YamlText } from './read-yaml.ts';
import { laidOver, withSet } from './set-strings.ts';
import type { SetText } from './set-syntax.ts';
import { type Tree, valueUnder } from './tree.ts';

export interface ValuesInput {
  readonly values: Tree;
  /** `file:line:column`, `--set` or `--set-string`: what says a key last; undefined where nothing does. */
  readonly placeOf: (key: string) => string | undefined;
}

export interface Overrides {
  readonly set?: readonly string[];
  readonly setString?: readonly string[];
}

/** Values as helm puts them together: files in their order, then every `--set`, then every `--set-string`. */
export function readValuesInput(
  files: readonly YamlText[],
  { set = [], setString = [] }: Overrides = {},
): ValuesInput {
  const places = new Map<string, string>();
  let values: Tree = {};
  for (const file of files) {
    const read = readYaml(file);
    values = laidOver(values, read.values) as Tree;
    for (const [key, place] of read.places) places.set(key, place);
  }
  const sets: readonly SetText[] = [
    ...set.map((text) => ({ option: '--set', text }) as const),
    ...setString.map((text) => ({ option: '--set-string', text }) as const),
  ];
  for (const one of sets) {
    const { values: over, keys } = withSet(values, one);
    for (const key of keys.flatMap(withParents)) {
      if (keys.includes(key) || valueUnder(values, key) === undefined) places.set(key, one.option);
    }
    values = over;
  }
  // A key that something laid over its parent took away is said by nothing.
  return { values, placeOf: (key) => (valueUnder(values, key) === undefined ? undefined : places.get(key)) };
}

/** `a.b.c`, `a.b` and `a`; a dot behind a backslash belongs to a name. */
function withParents(key: string): string[] {
  const names = key.match(/(?:\\.|[^\\.])+/g) ?? [];
  return names.map((_, index) => names.slice(0, index + 1).join('.'));
}
