import { nearestWord } from '../../core/nearest-word.ts';
import { minorOf } from '../version.ts';
import { builtInKeys } from './chart-keys.ts';

/** Which keys a chart knows. */
export interface Universe {
  /** For people: where the knowledge comes from. */
  readonly source: string;
  readonly has: (key: string) => boolean;
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
  return {
    source,
    has: (key) =>
      whole.has(key) || trees.some((tree) => isBelow(key, tree)) || all.some((each) => isBelow(each, key)),
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
export const builtInUniverse = (version: string): Universe =>
  universeOf(`the built-in table of the keys of charts ${minorOf(version)}`, builtInKeys(version));
