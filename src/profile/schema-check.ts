import type { ErrorObject } from 'ajv';
import type { Problem } from '../core/errors.ts';
import { nearestWord } from '../core/nearest-word.ts';
import { labValidator } from './lab-validator.ts';
import { type Layer, type Path, valueAt } from './layer.ts';
import { placeOf } from './origin.ts';
import { fieldAt } from './settings.ts';

export interface SchemaCheck {
  readonly problems: readonly Problem[];
  /** Paths that hold something wrong: nothing at or below them can be trusted. */
  readonly broken: readonly string[];
}

/** Holds one layer against the JSON Schema. A layer that is no file need not say apiVersion and kind. */
export function checkSchema(layer: Layer, complete: boolean): SchemaCheck {
  const validate = labValidator();
  if (validate(layer.document)) return { problems: [], broken: [] };
  const errors = (validate.errors ?? []).filter((error) => complete || !isMissingAtTop(error));
  const found = new Map<string, Problem>();
  for (const error of errors) {
    const path = pathOf(layer.document, error);
    const key = path.join('.');
    if (!found.has(key)) found.set(key, problemOf(layer, error, path));
  }
  return { problems: [...found.values()], broken: [...found.keys()] };
}

function problemOf(layer: Layer, error: ErrorObject, path: Path): Problem {
  const isUnknown = error.keyword === 'additionalProperties';
  const field = path.join('.');
  return {
    ...placeOf(layer.originOf(path, isUnknown ? 'key' : 'value')),
    field,
    ...(isUnknown
      ? unknownField(path)
      : error.keyword === 'required'
        ? missingField(path)
        : wrongValue(layer, path)),
  };
}

type Finding = Pick<Problem, 'rule' | 'message' | 'allowed' | 'suggestion'>;

function unknownField(path: Path): Finding {
  const name = String(path.at(-1));
  const known = Object.keys(fieldAt(path.slice(0, -1))?.members ?? {});
  return {
    rule: 'unknown-field',
    message: `unknown field ${show(name)}`,
    allowed: known.join(', '),
    ...suggestion(name, known),
  };
}

function missingField(path: Path): Finding {
  return {
    rule: 'missing-field',
    message: `${path.at(-1)} is missing`,
    allowed: fieldAt(path)?.allowed ?? '',
  };
}

function wrongValue(layer: Layer, path: Path): Finding {
  const field = fieldAt(path);
  const value = valueAt(layer.document, path);
  const name = path.at(-1) ?? 'the lab file';
  const reason = field?.explain?.(value) ?? 'is not allowed';
  const message =
    value === undefined || value === null ? `${name} is empty` : `${name}: ${show(value)} ${reason}`;
  return {
    rule: 'wrong-value',
    message,
    allowed: field?.allowed ?? '',
    ...(typeof value === 'string' ? suggestion(value, field?.words ?? []) : {}),
  };
}

/** Path of what is wrong: for an unknown or missing member that member, not its holder. */
function pathOf(document: unknown, error: ErrorObject): Path {
  const keys = error.instancePath.split('/').slice(1).map(unescapePointer);
  const path: (string | number)[] = [];
  for (const key of keys) path.push(Array.isArray(valueAt(document, path)) ? Number(key) : key);
  const member: unknown = error.params.additionalProperty ?? error.params.missingProperty;
  return typeof member === 'string' ? [...path, member] : path;
}

const isMissingAtTop = (error: ErrorObject): boolean =>
  error.keyword === 'required' && error.instancePath === '';
const unescapePointer = (text: string): string => text.replaceAll('~1', '/').replaceAll('~0', '~');

function suggestion(word: string, words: readonly string[]): { readonly suggestion?: string } {
  const near = nearestWord(word, words);
  return near === undefined ? {} : { suggestion: near };
}

/** A value on one line, cut where it is long. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
