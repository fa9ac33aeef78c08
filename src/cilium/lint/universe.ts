import { nearestWord } from '../../core/nearest-word.ts';
import { minorOf } from '../version.ts';
import { builtInKeys, readMinor } from './chart-keys.ts';

/** Which keys a chart knows. */
export interface Universe {
  /** For people: where the knowledge comes from. */
  readonly source: string;
  readonly has: (key: string) => boolean;
  /** Whether there are keys below it. */
  readonly isMap: (key: string) => boolean;
  /** A key that was probably meant: another spelling, or the same name at another level. */
  readonly nearest: (key: string) => string | undefined;
}

/** Keys that exist; one that ends with `.*` stands for everything below. */
export function universeOf(source: string, keys: readonly string[]): Universe {
  const whole = new Set<string>();
  const trees: string[] = [];
  for (const key of keys) {
    if (key.endsWith('.*')) trees.push(key.slice(0, -2));
    else whole.add(key);
  }
  const isBelow = (key: string, tree: string): boolean => key === tree || key.startsWith(`${tree}.`);
  const all = [...whole, ...trees];
  const maps = new Set(all.filter(isOfValues).flatMap(mapsAbove));
  return {
    source,
    has: (key) =>
      whole.has(key) || trees.some((tree) => isBelow(key, tree)) || all.some((each) => isBelow(each, key)),
    isMap: (key) => maps.has(key),
    nearest: (key) => {
      const last = key.split('.').at(-1) ?? key;
      const elsewhere = [...whole].filter((each) => each !== key && each.split('.').at(-1) === last);
      const [only] = elsewhere;
      return (
        nearestWord(key, [...whole]) ?? (elsewhere.length === 1 && last !== 'enabled' ? only : undefined)
      );
    },
  };
}

/** For where no chart is at hand. A key that came inside of a minor counts for all of its patches. */
export function builtInUniverse(version: string): Universe {
  const minor = minorOf(version);
  const read = readMinor(version);
  const standsIn = read === minor ? '' : `, the newest that were read, used for ${minor}`;
  return universeOf(`the built-in table of the keys of charts ${read}${standsIn}`, builtInKeys(version));
}

/** `.Cert` and `.Key` are of certificates that templates make and keep under the name of a value. */
const isOfValues = (key: string): boolean => !/\.[A-Z]/.test(key);

const mapsAbove = (key: string): string[] =>
  key.split('.').flatMap((_, end, names) => (end === 0 ? [] : [names.slice(0, end).join('.')]));
