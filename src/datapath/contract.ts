import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { failure } from '../core/errors.ts';
import type { MapLayout, ObjectLayout } from './layout.ts';

/** One list of codes: drop reasons, forward codes. */
export interface CodeList {
  /** Name of the generated table. */
  readonly name: string;
  readonly rows: readonly { readonly name: string; readonly number: number; readonly sentence: string }[];
}

/** Reads a `.def` file: lines `MACRO(NAME, number, "sentence")`. */
export function readCodes(name: string, text: string): CodeList {
  const rows = [...text.matchAll(/^\w+\((\w+), (\d+), "(.*)"\)$/gm)].map(
    ([, code = '', number, sentence = '']) => ({
      name: code.toLowerCase(),
      number: Number(number),
      sentence,
    }),
  );
  return { name, rows };
}

/**
 * Hash of the sources that decide the contract: all of include/, and elsewhere the declarations of maps
 * and of configuration. Logic may change without it.
 */
export function contractHash(sources: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256');
  for (const [file, text] of [...sources].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (/^tests\//.test(file)) continue;
    const parts = file.startsWith('include/')
      ? [text]
      : (text.match(/^struct \{[^}]*\} \w+ SEC\("\.maps"\);|^LAB_CONFIG\([^;]*;/gm) ?? []);
    for (const part of parts) hash.update(`${file}\0${part}\0`);
  }
  return hash.digest('hex').slice(0, 32);
}

/** The layout that all objects of a node share. Throws where two of them disagree. */
export function mergeLayouts(objects: Readonly<Record<string, ObjectLayout>>): ObjectLayout {
  const merged = { maps: new Map(), structs: new Map(), enums: new Map(), config: new Map() };
  for (const [object, layout] of Object.entries(objects)) {
    for (const part of ['maps', 'structs', 'enums', 'config'] as const) {
      for (const item of layout[part]) {
        // A variable lies elsewhere in each object: its place is no part of the contract.
        const shared = part === 'config' ? { ...item, offset: 0 } : item;
        const known: unknown = merged[part].get(item.name);
        if (known !== undefined && !isDeepStrictEqual(known, shared)) {
          throw failure('E_CONTRACT', `${object} and another object disagree on ${item.name}`);
        }
        merged[part].set(item.name, shared);
      }
    }
  }
  const sorted = <T extends { readonly name: string }>(items: ReadonlyMap<string, T>): T[] =>
    [...items.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    maps: sorted<MapLayout>(merged.maps),
    structs: sorted(merged.structs),
    enums: sorted(merged.enums),
    config: sorted(merged.config),
  };
}

/** Names everything in which an object differs from the contract that the codecs were generated from. */
export function differences(object: ObjectLayout, contract: ObjectLayout): readonly string[] {
  return (['maps', 'structs', 'enums', 'config'] as const).flatMap((part) =>
    object[part].flatMap((item) => {
      const known = contract[part].find(({ name }) => name === item.name);
      if (known === undefined) return [`${item.name}: no codec`];
      const shared = part === 'config' ? { ...item, offset: 0 } : item;
      return isDeepStrictEqual(known, shared) ? [] : [`${item.name}: another layout`];
    }),
  );
}
