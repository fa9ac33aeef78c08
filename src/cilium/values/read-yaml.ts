import { type Document, isMap, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import { usageError } from '../../core/errors.ts';
import type { Tree } from './tree.ts';
import { readPlain } from './yaml-scalars.ts';
import { type Fail, readTree } from './yaml-tree.ts';

export interface YamlText {
  readonly name: string;
  readonly text: string;
}

export interface YamlValues {
  readonly values: Tree;
  /** `file:line:column` of each key; of one that comes by an alias or a merge, where it is written. */
  readonly places: ReadonlyMap<string, string>;
}

/** One values file as helm reads it. Throws E_VALUES with the place of what helm refuses, reads by half or drops. */
export function readYaml({ name, text }: YamlText): YamlValues {
  const lineCounter = new LineCounter();
  const placeAt = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const fail: Fail = (offset, reason) =>
    usageError('E_VALUES', `${placeAt(offset)}: ${reason}`, { fix: 'give the YAML that helm takes with -f' });
  try {
    const options = { lineCounter, schema: 'failsafe', uniqueKeys: false, prettyErrors: false } as const;
    const [document, ...more] = withoutErrors(parseAllDocuments(text, options), fail);
    const next = more.find(({ contents }) => !isNothing(contents));
    if (next !== undefined) throw severalDocuments(placeAt(next.contents?.range[0] ?? 0));
    const contents = document?.contents;
    if (document === undefined || isNothing(contents)) return { values: {}, places: new Map() };
    if (!isMap(contents)) throw fail(contents?.range?.[0] ?? 0, 'values are a map: KEY: VALUE');
    const { values, places } = readTree(document, contents, fail);
    return { values, places: new Map([...places].map(([key, offset]) => [key, placeAt(offset)])) };
  } catch (error) {
    if (error instanceof RangeError) throw fail(0, 'maps and lists are nested too deeply');
    throw error;
  }
}

function withoutErrors(documents: readonly Document.Parsed[], fail: Fail): readonly Document.Parsed[] {
  for (const { pos, message } of documents.flatMap(({ errors }) => errors)) {
    // The parser reports the end of its own stack as an error of the text.
    throw /call stack/.test(message) ? new RangeError(message) : fail(pos[0], message);
  }
  return documents;
}

const severalDocuments = (place: string): Error =>
  usageError(
    'E_VALUES',
    `${place}: a second document begins here: helm 3 reads the first alone, helm 4 lays them on each other`,
    { fix: 'split the file: one document a file, each with its own -f' },
  );

/** Nothing, or `null`. */
const isNothing = (contents: unknown): boolean =>
  contents === null ||
  contents === undefined ||
  (isScalar(contents) && contents.type === 'PLAIN' && readPlain(contents.source ?? '') === null);
