export type Tree = Readonly<Record<string, unknown>>;

/** A leaf of a values tree. Lists are leaves, as helm replaces them whole. */
export interface Leaf {
  /** As helm writes paths: `bpf.masquerade`, `podAnnotations.example\\.org/team`. */
  readonly key: string;
  readonly value: unknown;
}

/** A copy with the value at a path. */
export const withValue = (tree: Tree, key: string, value: unknown): Tree => placed(tree, namesOf(key), value);

/** A copy without the path, and without what is empty for that reason. */
export const withoutValue = (tree: Tree, key: string): Tree => removed(tree, namesOf(key));

export const valueUnder = (tree: unknown, key: string): unknown =>
  namesOf(key).reduce<unknown>((below, name) => (isTree(below) ? ownValue(below, name) : undefined), tree);

/** All leaves, in the order of the tree. An empty map is a leaf. */
export function leavesOf(tree: Tree, prefix = ''): Leaf[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const key = `${prefix}${nameInKey(name)}`;
    return isTree(value) && Object.keys(value).length > 0 ? leavesOf(value, `${key}.`) : [{ key, value }];
  });
}

/** One name of a map as a part of a path: its own dots are no separators. */
export const nameInKey = (name: string): string => name.replaceAll(/[\\.]/g, '\\$&');

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a map holds itself: `constructor` is a name like any other. */
export const ownValue = (tree: Tree, name: string): unknown =>
  Object.hasOwn(tree, name) ? tree[name] : undefined;

const namesOf = (key: string): string[] =>
  (key.match(/(?:\\.|[^\\.])+/g) ?? []).map((part) => part.replaceAll(/\\(.)/g, '$1'));

function placed(tree: Tree, [first = '', ...rest]: readonly string[], value: unknown): Tree {
  if (rest.length === 0) return { ...tree, [first]: value };
  const below = ownValue(tree, first);
  return { ...tree, [first]: placed(isTree(below) ? below : {}, rest, value) };
}

function removed(tree: Tree, [first = '', ...rest]: readonly string[]): Tree {
  const { [first]: below, ...others } = tree;
  if (rest.length === 0) return others;
  if (!isTree(below)) return tree;
  const remains = removed(below, rest);
  return Object.keys(remains).length === 0 ? others : { ...tree, [first]: remains };
}
