import { isMap, isSeq, LineCounter, parseAllDocuments, type Node as YamlNode } from 'yaml';
import { type Problem, usageError } from '../../core/errors.ts';
import type { K8sObject } from '../../core/k8s.ts';
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
  const objects = inputs.flatMap((input) => parseInput(input, nodes, problems));
  if (problems.length > 0) {
    throw usageError(
      'E_MANIFEST',
      `${problems.length} problem${problems.length === 1 ? '' : 's'} in what to apply`,
      {
        details: { problems },
      },
    );
  }
  return objects;
}

function parseInput(
  { file, text }: ManifestInput,
  nodes: readonly string[] | undefined,
  problems: Problem[],
): K8sObject[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true });
  if ('empty' in documents) return [];
  const objects: K8sObject[] = [];
  for (const document of documents) {
    for (const error of document.errors) {
      const { line, col } = lines.linePos(error.pos[0]);
      problems.push({
        file,
        line,
        column: col,
        field: '',
        message: error.message.split('\n')[0] ?? 'not YAML',
      });
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    for (const node of itemsOf(document.contents)) {
      const value: unknown = node.toJS(document);
      const found = validateObject(value, nodes);
      for (const { path, ...problem } of found) {
        problems.push({ file, ...placeOf(node, path, lines), field: path.join('.'), ...problem });
      }
      if (found.length === 0) objects.push(value as K8sObject);
    }
  }
  return objects;
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
