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
  const direct = [...text.matchAll(new RegExp(String.raw`\.Values\.(${path})`, 'g'))]
    .map(([, key = '']) => key)
    .filter((key) => key !== 'AsMap');
  const has = [
    ...text.matchAll(new RegExp(String.raw`hasKey\s+\.Values(?:\.(${path}))?\s+"(\w+)"`, 'g')),
  ].map(([, below, name = '']) => (below === undefined ? name : `${below}.${name}`));
  // The word right before .Values, if there is one, is what dig answers where there is nothing.
  const dug = [
    ...text.matchAll(
      new RegExp(
        String.raw`\bdig\s+((?:"\w*"\s+)+)([^\n}]*?)\.Values(?:\.AsMap\b|\.(${path}))?(?![.\w])`,
        'g',
      ),
    ),
  ].map(([, words = '', other, below]) => {
    const named = [...words.matchAll(/"(\w*)"/g)].map(([, word]) => word);
    const names = other === '' ? named.slice(0, -1) : named;
    return [...(below === undefined ? [] : [below]), ...names].join('.');
  });
  return [...direct, ...has, ...dug, ...throughVariables(text), ...handedOn(text)];
}

/** `$x := .Values.a` or `$x := coalesce .Values.a .Values.b`, and then `$x.c` or `hasKey $x "c"`. */
function throughVariables(text: string): string[] {
  const values = new RegExp(String.raw`\.Values\.(${path})`, 'g');
  return [...text.matchAll(/\$(\w+)\s*:?=([^\n}]*)/g)].flatMap(([, variable = '', expression = '']) => {
    const read = new RegExp(String.raw`(?:\$${variable}\.|hasKey\s+\$${variable}\s+")(${path})`, 'g');
    const trees = [...expression.matchAll(values)].map(([, key]) => key);
    const below = trees.length === 0 ? [] : [...text.matchAll(read)].map(([, key]) => key);
    return trees.flatMap((tree) => below.map((key) => `${tree}.${key}`));
  });
}

/** `toYaml .Values.a`, `range .Values.a` and `with .Values.a`: what is below is not named. */
const handedOn = (text: string): string[] =>
  [
    ...text.matchAll(
      new RegExp(
        String.raw`(?:\btoYaml|\{\{-?\s*(?:else\s+)?(?:with|range(?:\s+\$\w+\s*(?:,\s*\$\w+\s*)?:=)?))\s+\$?\.Values\.(${path})`,
        'g',
      ),
    ),
  ].map(([, key]) => `${key}.*`);
