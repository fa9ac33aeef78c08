import type { Scalar } from 'yaml';

/** What helm makes of a scalar of any style. `fail` gives the error for what is no value. */
export function readScalar({ source, type, tag }: Scalar, fail: (reason: string) => Error): unknown {
  const text = source ?? '';
  if (tag === undefined) return type === 'PLAIN' ? finite(readPlain(text), fail) : text;
  const word = tag.replace('tag:yaml.org,2002:', '');
  if (word === 'binary') return Buffer.from(text, 'base64').toString();
  const is = kinds[word];
  if (is === undefined) return text;
  const plain = finite(readPlain(text), fail);
  if (!is(plain)) throw fail(`${JSON.stringify(text)} is no ${word}`);
  return plain;
}

/** Tags that decide how a text is read; all others leave it text. */
const kinds: Readonly<Record<string, ((value: unknown) => boolean) | undefined>> = {
  int: Number.isInteger,
  float: (value) => typeof value === 'number',
  bool: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

function finite(value: unknown, fail: (reason: string) => Error): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw fail(`${value} is no value`);
  return value;
}

/**
 * A plain scalar as helm reads it: YAML 1.1's words for yes and no, `0777` is octal, `_` may stand between digits; times
 * and `1:30` stay text. NaN and infinities are numbers here, as they are no values.
 */
export function readPlain(text: string): unknown {
  if (words.has(text)) return words.get(text);
  if (!/^[-+.\d]/.test(text)) return text;
  if (/^[-+]?\.inf$/i.test(text)) return isCased(text) ? Number.POSITIVE_INFINITY : text;
  if (/^\.nan$/i.test(text)) return isCased(text) ? Number.NaN : text;
  const digits = text.replaceAll(text.startsWith('.') ? /(?<=\d)_(?=\d)/g : '_', '');
  return wholeNumber(digits) ?? fraction(digits) ?? text;
}

const cased = (word: string): string[] => [
  word,
  `${word.charAt(0).toUpperCase()}${word.slice(1)}`,
  word.toUpperCase(),
];

const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...['true', 'yes', 'on', 'y'].flatMap(cased).map((word): [string, unknown] => [word, true]),
  ...['false', 'no', 'off', 'n'].flatMap(cased).map((word): [string, unknown] => [word, false]),
  ...['', '~', ...cased('null')].map((word): [string, unknown] => [word, null]),
]);

/** `.inf`, `.Inf` and `.INF`, but not `.iNf`. */
const isCased = (text: string): boolean => /\.([a-z]+|[A-Z][a-z]+|[A-Z]+|NaN)$/.test(text);

const bases = [
  { form: /^0x([\da-f]+)$/i, prefix: '0x' },
  { form: /^0o?([0-7]+)$/i, prefix: '0o' },
  { form: /^0b([01]+)$/i, prefix: '0b' },
  { form: /^(0|[1-9]\d*)$/, prefix: '' },
];
const [lowest, highest] = [-(2n ** 63n), 2n ** 64n - 1n];

function wholeNumber(text: string): number | undefined {
  const [, sign = '', size = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  for (const { form, prefix } of bases) {
    const digits = form.exec(size)?.[1];
    if (digits === undefined) continue;
    const value = BigInt(`${prefix}${digits}`) * (sign === '-' ? -1n : 1n);
    return value >= lowest && value <= highest ? Number(value) : undefined;
  }
  return undefined;
}

function fraction(text: string): number | undefined {
  if (!/^[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$/i.test(text)) return undefined;
  return Number.isFinite(Number(text)) ? Number(text) : undefined;
}
