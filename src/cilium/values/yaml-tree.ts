import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  visit,
  type YAMLMap,
} from 'yaml';
import { nameInKey, type Tree } from './tree.ts';
import { readScalar } from './yaml-scalars.ts';

export interface ReadTree {
  readonly values: Tree;
  /** Where in the text each key is written. */
  readonly places: ReadonlyMap<string, number>;
}

/** An error with the place of an offset. */
export type Fail = (offset: number, reason: string) => Error;

/** More than any values have. Aliases of aliases grow beyond any memory. */
const mostNodes = 400_000;

/** The root map of a document whose scalars are all texts, with what helm makes of scalars, aliases and merges. */
export function readTree(document: Document, root: YAMLMap, fail: Fail): ReadTree {
  const places = new Map<string, number>();
  const targets = targetsIn(document, fail);
  const open = new Set<Node>();
  let count = 0;

  /** `prefix` is undefined inside of lists: they are leaves, and no key in them has a place. */
  function reading(node: unknown, prefix: string | undefined): unknown {
    if (++count > mostNodes) throw fail(offsetOf(root), `aliases make more than ${mostNodes} values of this`);
    if (isAlias(node)) return guarded(node, () => reading(targetOf(node), prefix));
    if (isMap(node)) return Object.fromEntries(filled(new Map(), node, prefix));
    if (isSeq(node)) return node.items.map((item) => reading(item, undefined));
    return isScalar(node) ? readScalar(node, (reason) => fail(offsetOf(node), reason)) : null;
  }

  function filled(entries: Map<string, unknown>, map: YAMLMap, prefix: string | undefined) {
    const own = new Set<string>();
    for (const { key, value } of map.items) {
      if (isMergeKey(key)) {
        for (const source of sourcesOf(value)) merge(entries, source, prefix);
        continue;
      }
      const name = nameOf(key);
      if (own.has(name)) throw twice(key, name, fail);
      own.add(name);
      const path = prefix === undefined ? undefined : `${prefix}${nameInKey(name)}`;
      if (path !== undefined) places.set(path, offsetOf(key));
      entries.set(name, reading(value, path === undefined ? undefined : `${path}.`));
    }
    return entries;
  }

  /** As with helm a merge wins over the keys above it. */
  function merge(entries: Map<string, unknown>, source: unknown, prefix: string | undefined): void {
    const map = isAlias(source) ? targetOf(source) : source;
    if (!isMap(map)) throw fail(offsetOf(source), '<< takes a map or a list of maps');
    guarded(map, () => filled(entries, map, prefix));
  }

  function nameOf(key: unknown): string {
    const node = isAlias(key) ? targetOf(key) : key;
    const name = isScalar(node) ? reading(node, undefined) : undefined;
    if (name === undefined || name === null) throw fail(offsetOf(key), 'a key is a word or a number');
    return String(name);
  }

  function targetOf(alias: Alias): Node {
    const target = targets.get(alias);
    if (target === undefined) throw unknownAnchor(alias, fail);
    return target;
  }

  /** A node that holds itself has no end. */
  function guarded<T>(node: Node, use: () => T): T {
    const target = isAlias(node) ? targetOf(node) : node;
    if (open.has(target)) throw fail(offsetOf(node), 'an anchor holds itself');
    open.add(target);
    const result = use();
    open.delete(target);
    return result;
  }

  return { values: reading(root, '') as Tree, places };
}

/** What each alias means: the last anchor of its name above it. */
function targetsIn(document: Document, fail: Fail): ReadonlyMap<Alias, Node> {
  const named = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias: (_, alias) => {
      const target = named.get(alias.source);
      if (target === undefined) throw unknownAnchor(alias, fail);
      targets.set(alias, target);
    },
    Value: (_, node) => {
      if (node.anchor !== undefined) named.set(node.anchor, node);
    },
  });
  return targets;
}

/** Of a list of maps the first wins: it comes last. */
const sourcesOf = (value: unknown): readonly unknown[] =>
  isSeq(value) ? [...value.items].reverse() : [value];

const isMergeKey = (key: unknown): boolean =>
  isScalar(key) && key.source === '<<' && key.type === 'PLAIN' && key.tag === undefined;

const offsetOf = (node: unknown): number =>
  isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? (node.range?.[0] ?? 0) : 0;

const unknownAnchor = (alias: Alias, fail: Fail): Error =>
  fail(
    offsetOf(alias),
    `no anchor &${alias.source} above *${alias.source}; a text that begins with * needs quotes`,
  );

const twice = (key: unknown, name: string, fail: Fail): Error =>
  fail(offsetOf(key), `${name} is here twice: helm takes the last without a word`);
