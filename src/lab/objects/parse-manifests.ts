import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Node as YamlNode,
} from 'yaml';
import { messageOf, type Problem, usageError } from '../../core/errors.ts';
import { type K8sObject, keyOf } from '../../core/k8s.ts';
import { inNamespace } from './in-namespace.ts';
import { validateObject } from './validate.ts';

export interface ManifestInput {
  readonly file: string;
  readonly text: string;
}

/**
 * The objects of YAML or JSON texts, in order; a List counts as its items. All problems of all texts
 * are thrown together, each with its place. A pod may name `nodes` only, where they are given.
 */
export function parseManifests(inputs: readonly ManifestInput[], nodes?: readonly string[]): K8sObject[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const objects = inputs.flatMap((input) => {
    const before = problems.length;
    const found = parseInput(input, { nodes, problems, seen });
    if (found.length === 0 && problems.length === before) problems.push(nothingIn(input.file));
    return found;
  });
  if (problems.length > 0) {
    const count = `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
    throw usageError('E_MANIFEST', `${count} in what to apply`, {
      fix: 'correct what is listed; nothing was changed',
      details: { problems },
    });
  }
  return objects;
}

const nothingIn = (file: string): Problem => ({
  ...{ file, line: 0, column: 0, field: '', message: 'there is no object in it' },
  allowed: 'YAML or JSON with one or more Kubernetes objects',
});

interface Found {
  readonly nodes: readonly string[] | undefined;
  readonly problems: Problem[];
  /** Objects so far: the same one twice would make its first text count for nothing. */
  readonly seen: Set<string>;
}

function parseInput({ file, text }: ManifestInput, { nodes, problems, seen }: Found): K8sObject[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  if ('empty' in documents) return [];
  const say = (offset: number, message: string): void => {
    const { line, col } = lines.linePos(offset);
    problems.push({ file, line, column: col, field: '', message });
  };
  const objects: K8sObject[] = [];
  for (const document of documents) {
    const [error] = document.errors;
    if (error !== undefined) say(error.pos[0], error.message.split('\n')[0] ?? 'not YAML');
    if (error !== undefined || isNothing(document.contents)) continue;
    const exploded = expansionOf(document);
    if (exploded !== undefined) say(document.contents.range?.[0] ?? 0, exploded);
    for (const node of exploded === undefined ? itemsOf(document.contents) : []) {
      const value: unknown = node.toJS(document);
      const found = validateObject(value, nodes);
      for (const { path, ...problem } of found) {
        problems.push({ file, ...placeOf(node, path, lines), field: path.join('.'), ...problem });
      }
      if (found.length > 0) continue;
      const object = inNamespace(value as K8sObject);
      const name = `${object.kind} ${keyOf(object)}`;
      if (seen.has(name)) say(node.range?.[0] ?? 0, `${name} is there twice`);
      seen.add(name);
      objects.push(object);
    }
  }
  return objects;
}

/** `---` with nothing but comments behind it. */
const isNothing = (node: YamlNode | null): node is null =>
  node === null || (isScalar(node) && node.value === null);

/** Why the aliases of a document cannot be followed, where they cannot. */
function expansionOf(document: Document): string | undefined {
  try {
    JSON.stringify(document.toJS({ maxAliasCount: 100 }));
    return undefined;
  } catch (error) {
    return error instanceof TypeError ? 'an alias that holds itself' : messageOf(error);
  }
}

function itemsOf(node: YamlNode): YamlNode[] {
  if (!isMap(node)) return [node];
  const items = node.get('kind') === 'List' ? node.get('items', true) : undefined;
  return isSeq(items) ? items.items.filter((item): item is YamlNode => item !== null) : [node];
}

/** The place of a field, or of the innermost thing around it that is there. */
function placeOf(
  root: YamlNode,
  path: readonly (string | number)[],
  lines: LineCounter,
): { line: number; column: number } {
  let at: YamlNode = root;
  for (const part of path) {
    const next: unknown = isMap(at) || isSeq(at) ? at.get(part, true) : undefined;
    if (!isNode(next)) break;
    at = next;
  }
  const { line, col } = lines.linePos(at.range?.[0] ?? 0);
  return { line, column: col };
}

const isNode = (value: unknown): value is YamlNode =>
  typeof value === 'object' && value !== null && 'range' in value;
