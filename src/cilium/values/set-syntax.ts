import { usageError } from '../../core/errors.ts';

/** One `KEY=VALUE` of a `--set`. */
export interface Assignment {
  /** Names of maps and indices of lists, from the root on. At least one name, and it is the first. */
  readonly steps: readonly (string | number)[];
  readonly value: unknown;
  /** The text ends right behind `=`: helm loses this one where it is in a map that a list does not hold yet. */
  readonly isCutShort: boolean;
}

export interface SetText {
  readonly option: '--set' | '--set-string';
  readonly text: string;
}

const highestIndex = 65_536;
const deepestName = 30;

/**
 * Reads `a.b=1,c[0].d={x,y}` as helm does; a backslash makes the next character an ordinary one. Throws E_SET_STRING where
 * helm fails, and for what helm takes and drops without a word: a key without a name, an index without a value.
 */
export function parseSet(set: SetText): Assignment[] {
  const cursor: Cursor = { set, characters: [...set.text], at: 0 };
  const found: Assignment[] = [];
  while (cursor.at < cursor.characters.length) {
    const steps = readKey(cursor);
    const isCutShort = cursor.at === cursor.characters.length;
    found.push({ steps, value: readValue(cursor), isCutShort });
  }
  return found;
}

/** The only thing here that changes: `at` moves on. */
interface Cursor {
  readonly set: SetText;
  readonly characters: readonly string[];
  at: number;
}

/** Everything up to the `=`. */
function readKey(cursor: Cursor): Assignment['steps'] {
  const steps: (string | number)[] = [];
  for (let depth = 0; ; depth++) {
    if (depth > deepestName) throw failed(cursor, `more than ${deepestName} names below each other`);
    const { text: name, stop } = readUntil(cursor, '=[,.');
    if (stop === undefined || stop === ',') throw failed(cursor, `key ${JSON.stringify(name)} has no value`);
    if (name === '') throw failed(cursor, 'a key has no name');
    steps.push(name);
    const last = stop === '[' ? readIndices(cursor, steps) : stop;
    if (last === '=') return steps;
    // Only a map of a map counts as deeper: one of a list does not.
    if (stop === '[') depth--;
  }
}

/** `0][1]` and the `=` or `.` behind it. */
function readIndices(cursor: Cursor, steps: (string | number)[]): string {
  for (;;) {
    const { text, stop } = readUntil(cursor, ']');
    if (stop === undefined) throw failed(cursor, 'an index does not end: ] is missing');
    const index = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(index >= 0 && index <= highestIndex)) {
      throw failed(cursor, `${JSON.stringify(text)} is no index from 0 to ${highestIndex}`);
    }
    steps.push(Math.abs(index));
    const after = readUntil(cursor, '[.=');
    if (after.text !== '') throw failed(cursor, `${JSON.stringify(after.text)} behind an index`);
    if (after.stop === undefined) throw failed(cursor, 'an index has no value');
    if (after.stop !== '[') return after.stop;
  }
}

/** Braces are a list at the beginning of a value only. */
function readValue(cursor: Cursor): unknown {
  if (cursor.characters[cursor.at] !== '{') return typed(cursor, readUntil(cursor, ',').text);
  cursor.at++;
  const list: unknown[] = [];
  for (;;) {
    const { text, stop } = readUntil(cursor, ',}');
    if (stop === undefined) throw failed(cursor, 'a list does not end: } is missing');
    list.push(typed(cursor, text));
    if (stop === ',') continue;
    if (cursor.characters[cursor.at] === ',') cursor.at++;
    return list;
  }
}

/** Whole numbers are numbers, but not those that begin with 0; fractions are text. */
function typed({ set }: Cursor, text: string): unknown {
  if (set.option === '--set-string') return text;
  const word = text.toLowerCase();
  if (word === 'null') return null;
  if (word === 'true' || word === 'false') return word === 'true';
  const isWhole = text === '0' || /^([+-]\d|[1-9])\d*$/.test(text);
  // 0 is added for -0.
  return isWhole && BigInt.asIntN(64, BigInt(text)) === BigInt(text) ? Number(text) + 0 : text;
}

/** Text up to a character of `stops`, which is read too; `stop` is undefined at the end. */
function readUntil(cursor: Cursor, stops: string): { readonly text: string; readonly stop?: string } {
  let text = '';
  for (;;) {
    const next = cursor.characters[cursor.at];
    if (next === undefined) return { text };
    cursor.at++;
    if (stops.includes(next)) return { text, stop: next };
    if (next === '\\') text += cursor.characters[cursor.at++] ?? '';
    else text += next;
  }
}

const failed = ({ set: { option, text }, at }: Cursor, what: string): Error =>
  usageError('E_SET_STRING', `${option} ${text}: ${what}, at column ${at}`, {
    fix: `as helm takes it: ${option} 'a.b=1,list={x,y},c[0].d=2'; a backslash before a comma, dot or bracket of a text`,
  });
