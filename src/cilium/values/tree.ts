type Tree = Readonly<Record<string, unknown>>;

/** A leaf of a values tree. Lists are leaves, as helm replaces them whole. */
export interface Leaf {
  readonly key: string;
  readonly value: unknown;
}

/** A copy with the value at a path like `bpf.masquerade`. */
export function withValue(tree: Tree, key: string, value: unknown): Tree {
  const [first = '', ...rest] = key.split('.');
  if (rest.length === 0) return { ...tree, [first]: value };
  const below = tree[first];
  return { ...tree, [first]: withValue(isTree(below) ? below : {}, rest.join('.'), value) };
}

/** A copy without the path, and without what is empty for that reason. */
export function withoutValue(tree: Tree, key: string): Tree {
  const [first = '', ...rest] = key.split('.');
  const { [first]: below, ...others } = tree;
  if (rest.length === 0 || !isTree(below)) return rest.length === 0 ? others : tree;
  const remains = withoutValue(below, rest.join('.'));
  return Object.keys(remains).length === 0 ? others : { ...tree, [first]: remains };
}

export function valueUnder(tree: unknown, key: string): unknown {
  return key.split('.').reduce<unknown>((below, part) => (isTree(below) ? below[part] : undefined), tree);
}

/** All leaves, in the order of the tree. An empty map is a leaf. */
export function leavesOf(tree: Tree, prefix = ''): Leaf[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const key = `${prefix}${name}`;
    return isTree(value) && Object.keys(value).length > 0 ? leavesOf(value, `${key}.`) : [{ key, value }];
  });
}

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
