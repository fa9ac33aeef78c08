import { type BpfMap, openMap } from '../../bpf-sys/index.ts';
import { failure } from '../../core/errors.ts';
import { encoded, type MapSpec } from '../../datapath/codec.ts';
import { pinPaths } from '../pins.ts';

export interface Change {
  readonly written: number;
  readonly deleted: number;
}

/** A pinned map as TypeScript values. Every write reaches the kernel before it returns. */
export interface Table<K, V> {
  readonly get: (key: K) => V | undefined;
  readonly set: (key: K, value: V) => void;
  /** False where there was none. */
  readonly delete: (key: K) => boolean;
  readonly deleteAll: (keys: readonly K[]) => void;
  /** What the kernel has now. */
  readonly entries: () => readonly (readonly [K, V])[];
  /**
   * Makes the table hold exactly this. Compares with what was last written or found, so the kernel sees
   * only differences: additions and changes first, then removals.
   */
  readonly replace: (desired: Iterable<readonly [K, V]>) => Change;
  readonly close: () => void;
}

export const openTable = <K, V>(pins: string, spec: MapSpec<K, V>): Table<K, V> =>
  tableOf(openMap(pinPaths(pins).map(spec.name)), spec);

/** The table over a map that is open already; closing the table closes the map. */
export function tableOf<K, V>(map: BpfMap, spec: MapSpec<K, V>): Table<K, V> {
  if (map.keySize !== spec.key.size || map.valueSize !== spec.value.size || map.perCpu) {
    throw failure('E_CONTRACT', `${spec.name}: the pinned map does not fit its codec`);
  }
  // Key and value bytes, each as text, of all entries; made when `replace` is first used.
  let shadow: Map<string, string> | undefined;
  const known = (): Map<string, string> => {
    shadow ??= new Map(raw(map));
    return shadow;
  };

  return {
    get(key) {
      const value = map.lookup(encoded(spec.key, key));
      return value === undefined ? undefined : spec.value.decode(value, 0);
    },
    set(key, value) {
      const [keyBytes, valueBytes] = [encoded(spec.key, key), encoded(spec.value, value)];
      map.update(keyBytes, valueBytes);
      shadow?.set(text(keyBytes), text(valueBytes));
    },
    delete(key) {
      const bytes = encoded(spec.key, key);
      shadow?.delete(text(bytes));
      return map.delete(bytes);
    },
    deleteAll(keys) {
      const all = keys.map((key) => encoded(spec.key, key));
      for (const bytes of all) shadow?.delete(text(bytes));
      map.deleteBatch(Buffer.concat(all));
    },
    entries() {
      const { count, keys, values } = map.dump();
      return Array.from({ length: count }, (_, index) => [
        spec.key.decode(keys, index * map.keySize),
        spec.value.decode(values, index * map.valueSize),
      ]);
    },
    replace(desired) {
      const before = known();
      const after = new Map<string, string>();
      for (const [key, value] of desired)
        after.set(text(encoded(spec.key, key)), text(encoded(spec.value, value)));
      const changed = [...after].filter(([key, value]) => before.get(key) !== value);
      const gone = [...before.keys()].filter((key) => !after.has(key));
      // Should a write fail, nothing is known any more: the next `replace` looks at the kernel first.
      shadow = undefined;
      map.updateBatch(joined(changed.map(([key]) => key)), joined(changed.map(([, value]) => value)));
      map.deleteBatch(joined(gone));
      shadow = after;
      return { written: changed.length, deleted: gone.length };
    },
    close: () => map.close(),
  };
}

function* raw(map: BpfMap): Generator<readonly [string, string]> {
  const { count, keys, values } = map.dump();
  for (let index = 0; index < count; index += 1) {
    yield [
      text(keys.subarray(index * map.keySize, (index + 1) * map.keySize)),
      text(values.subarray(index * map.valueSize, (index + 1) * map.valueSize)),
    ];
  }
}

/** One character per byte: the shortest text that a Map can be keyed with. */
const text = (bytes: Buffer): string => bytes.toString('latin1');
const joined = (texts: readonly string[]): Buffer => Buffer.from(texts.join(''), 'latin1');
