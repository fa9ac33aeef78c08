import { parse } from 'yaml';
import { isTree, leavesOf } from '../values/tree.ts';

/** The text of a chart, as far as it says which values there are. */
export interface ChartText {
  readonly name: string;
  readonly version: string;
  readonly values: string;
  readonly templates: readonly string[];
}

/**
 * Every key that values.yaml has or a template reads. Neither is enough alone: many values are only comments in
 * values.yaml, and templates hand whole trees on. Open maps and trees that are handed on end with `.*`.
 */
export function keysOfChart({ values, templates }: ChartText): readonly string[] {
  const written: unknown = parse(values) ?? {};
  const fromValues = isTree(written) ? leavesOf(written).map(keyOrTree) : [];
  return [...new Set([...fromValues, ...templates.flatMap(keysOfTemplate)])];
}

const keyOrTree = ({ key, value }: { readonly key: string; readonly value: unknown }): string =>
  isTree(value) ? `${key}.*` : key;

const path = String.raw`[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*`;

function keysOfTemplate(text: string): string[] {
  const direct = [...text.matchAll(new RegExp(String.raw`\.Values\.(${path})`, 'g'))].map(
    ([, key = '']) => key,
  );
  const has = [
    ...text.matchAll(new RegExp(String.raw`hasKey\s+\.Values(?:\.(${path}))?\s+"(\w+)"`, 'g')),
  ].map(([, below, name = '']) => (below === undefined ? name : `${below}.${name}`));
  // The word before .Values, if it stands right there, is what dig answers where there is nothing.
  const dug = [...text.matchAll(/\bdig\s+((?:"\w*"\s+)+)([^\n}]*?)\.Values\b(?!\.)/g)].map(
    ([, words = '', other]) => {
      const named = [...words.matchAll(/"(\w*)"/g)].map(([, word]) => word);
      return (other === '' ? named.slice(0, -1) : named).join('.');
    },
  );
  return [...direct, ...has, ...dug, ...throughVariables(text), ...handedOn(text)];
}

/** `$x := .Values.a` and then `$x.b`. */
function throughVariables(text: string): string[] {
  const named = text.matchAll(new RegExp(String.raw`\$(\w+)\s*:?=\s*\.Values\.(${path})`, 'g'));
  return [...named].flatMap(([, variable = '', below = '']) =>
    [...text.matchAll(new RegExp(String.raw`\$${variable}\.(${path})`, 'g'))].map(
      ([, key]) => `${below}.${key}`,
    ),
  );
}

/** `toYaml .Values.a`, `range .Values.a` and `with .Values.a`: what is below is not named. */
const handedOn = (text: string): string[] =>
  [
    ...text.matchAll(new RegExp(String.raw`(?:toYaml|range[^\n}]*?:?=?|with)\s+\.Values\.(${path})`, 'g')),
  ].map(([, key]) => `${key}.*`);
