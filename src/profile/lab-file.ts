import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLParseError,
} from 'yaml';
import { messageOf, type Problem } from '../core/errors.ts';
import type { Layer, Path } from './layer.ts';

export interface LabFileText {
  /** As messages name it: a path, or `-`. */
  readonly name: string;
  readonly text: string;
}

export interface LoadedLabFile {
  readonly layer: Layer;
  /** Faults of the YAML itself. */
  readonly problems: readonly Problem[];
  /** False where the faults leave it open what the text means: the layer is not worth a look then. */
  readonly isReadable: boolean;
}

/** Reads one YAML document and keeps where everything stands. Never throws. */
export function loadLabFile({ name, text }: LabFileText): LoadedLabFile {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, logLevel: 'silent', prettyErrors: false });
  const [document, second] = 'empty' in documents ? [] : documents;
  const place = (offset: number): { file: string; line: number; column: number } => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { file: name, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problem = (offset: number, message: string): Problem => ({
    rule: 'yaml',
    ...place(offset),
    field: '',
    message,
    allowed: 'one YAML document',
  });
  const content = toPlain(document);
  const problems = [
    ...(document?.errors ?? []).map((error) => problem(error.pos[0], sentence(error.message))),
    ...('failure' in content ? [problem(0, content.failure)] : []),
    ...(second === undefined
      ? []
      : [problem(startOf(second), 'a second document; a lab file holds one lab')]),
  ];
  const layer: Layer = {
    document: 'failure' in content ? undefined : content.value,
    originOf: (path, part) => ({ source: 'file', ...place(offsetOf(document, path, part)) }),
  };
  const isReadable = !('failure' in content) && (document?.errors ?? []).every(isHarmless);
  return { layer, problems, isReadable };
}

const isHarmless = ({ code }: YAMLParseError): boolean => code === 'DUPLICATE_KEY';

/** Plain data of a document. Aliases that explode or hold themselves are a failure, not a crash. */
function toPlain(document: Document | undefined): { readonly value: unknown } | { readonly failure: string } {
  try {
    const value: unknown = document?.toJS({ maxAliasCount: 100 });
    JSON.stringify(value);
    return { value };
  } catch (error) {
    const isCircular = error instanceof TypeError;
    return { failure: isCircular ? 'an alias that holds itself' : sentence(messageOf(error)) };
  }
}

function offsetOf(document: Document | undefined, path: Path, part: 'key' | 'value'): number {
  let node: unknown = document?.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const [depth, key] of path.entries()) {
    const isLast = depth === path.length - 1;
    const found = member(document, node, key);
    if (found === undefined) break;
    const keyOffset = isPair(found) ? rangeStart(found.key) : undefined;
    node = isPair(found) ? found.value : found;
    const valueOffset = isNullScalar(node) ? undefined : rangeStart(node);
    offset = (isLast && part === 'key' ? keyOffset : undefined) ?? valueOffset ?? keyOffset ?? offset;
  }
  return offset;
}

function member(
  document: Document | undefined,
  node: unknown,
  key: string | number,
): Node | Pair | undefined {
  const holder = isNode(node) && 'resolve' in node && document ? node.resolve(document) : node;
  if (isMap(holder)) {
    return holder.items.find((pair) => (isScalar(pair.key) ? String(pair.key.value) : '') === String(key));
  }
  const item = isNode(holder) && 'items' in holder && typeof key === 'number' ? holder.items[key] : undefined;
  return isNode(item) ? item : undefined;
}

const rangeStart = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
const isNullScalar = (node: unknown): boolean => isScalar(node) && node.value === null;
const startOf = (document: Document): number => rangeStart(document.contents) ?? document.range?.[0] ?? 0;
const sentence = (message: string): string => message.replaceAll(/\s+/g, ' ').trim();
