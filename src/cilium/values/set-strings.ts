import { usageError } from '../../core/errors.ts';
import { isTree, valueUnder, withValue } from './tree.ts';

/**
 * Reads `--set` strings as helm does: `a.b=1,c={x,y}`, `\,` and `\.` stand for themselves, `null`, `true`, `false` and whole
 * numbers are no text. Later ones win. Throws E_SET_STRING where helm would fail.
 */
export function readSetStrings(texts: readonly string[]): Readonly<Record<string, unknown>> {
  let values: Readonly<Record<string, unknown>> = {};
  for (const text of texts) {
    for (const assignment of splitOutside(text, ',')) {
      const [key = '', value] = splitOnce(assignment, '=');
      if (value === undefined || key.trim() === '') throw malformed(text, assignment);
      values = assigned(values, key.trim(), readValue(value));
    }
  }
  return values;
}

/** `a.list[1]` sets one element of a list. */
function assigned(values: Readonly<Record<string, unknown>>, key: string, value: unknown) {
  const [, path = key, index] = /^(.+)\[(\d+)\]$/.exec(key) ?? [];
  if (index === undefined) return withValue(values, key, value);
  const before = valueUnder(values, path);
  const list = Array.isArray(before) ? [...before] : [];
  list[Number(index)] = value;
  return withValue(values, path, list);
}

function readValue(text: string): unknown {
  const list = /^\{(.*)\}$/s.exec(text)?.[1];
  if (list !== undefined) return list === '' ? [] : splitOutside(list, ',').map(readScalar);
  return readScalar(text);
}

function readScalar(text: string): unknown {
  if (text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  // helm keeps numbers with a leading zero as text.
  if (/^-?(0|[1-9]\d*)$/.test(text)) return Number(text);
  return text.replaceAll(/\\(.)/g, '$1');
}

/** Splits at separators that are neither escaped nor inside braces. */
function splitOutside(text: string, separator: string): string[] {
  const found: string[] = [''];
  let depth = 0;
  for (const [token] of text.matchAll(/\\.|[\s\S]/g)) {
    if (token === '{') depth++;
    if (token === '}') depth--;
    if (token === separator && depth === 0) found.push('');
    else found[found.length - 1] += token;
  }
  return found;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

const malformed = (text: string, part: string): Error =>
  usageError('E_SET_STRING', `--set ${text}: ${JSON.stringify(part)} is no KEY=VALUE`, {
    fix: 'as helm writes it: --set bpf.masquerade=true,tunnel=disabled',
  });

/** All of `over` laid on `under`: maps merge, everything else replaces. */
export function laidOver(under: unknown, over: unknown): unknown {
  if (!isTree(under) || !isTree(over)) return over;
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries(
    [...keys].map((key) => [key, key in over ? laidOver(under[key], over[key]) : under[key]]),
  );
}
