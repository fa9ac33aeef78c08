import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { usageError } from '../../core/errors.ts';
import { laidOver, readSetStrings } from './set-strings.ts';
import { nameInKey } from './tree.ts';

export interface ValuesInput {
  readonly values: Readonly<Record<string, unknown>>;
  /** `file:line:column` of a key of the file, or `--set`. */
  readonly placeOf: (key: string) => string;
}

/** Values as helm puts them together: files in their order, then `--set` strings. */
export function readValuesInput(
  files: readonly { readonly name: string; readonly text: string }[],
  sets: readonly string[],
): ValuesInput {
  const places = new Map<string, string>();
  let values: unknown = {};
  for (const file of files) values = laidOver(values, readFile(file, places));
  const set = readSetStrings(sets);
  return {
    values: laidOver(values, set) as Readonly<Record<string, unknown>>,
    placeOf: (key) => places.get(key) ?? (sets.length > 0 ? '--set' : (files[0]?.name ?? '--set')),
  };
}

function readFile(
  { name, text }: { readonly name: string; readonly text: string },
  places: Map<string, string>,
): unknown {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const [error] = document.errors;
  if (error !== undefined) throw notValues(name, error.message.split('\n')[0] ?? '');
  const { contents } = document;
  if (contents === null) return {};
  if (!isMap(contents)) throw notValues(name, 'a values file is a map');
  const note = (node: unknown, prefix: string): void => {
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue;
      const path = `${prefix}${nameInKey(String(key.value))}`;
      const { line, col } = counter.linePos(key.range?.[0] ?? 0);
      places.set(path, `${name}:${line}:${col}`);
      note(value, `${path}.`);
    }
  };
  note(contents, '');
  return document.toJS({ maxAliasCount: 100 });
}

const notValues = (name: string, reason: string): Error =>
  usageError('E_VALUES', `${name} holds no values: ${reason}`, {
    fix: 'give the YAML that helm takes with -f',
  });
