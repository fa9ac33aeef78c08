import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BpfMap,
  createMap,
  errnoOf,
  type LoadedObject,
  MapType,
  type ObjectFile,
  openMap,
  openRing,
  testRun,
  watchRing,
} from '../../src/bpf-sys/index.ts';
import { waitFor } from '../../src/core/wait-for.ts';
import { openFixture, type ScratchBpffs, scratchBpffs } from './sys-fixture.ts';

const u32s = (...values: number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);

describe('maps', () => {
  it.each([
    ['hash', MapType.hash, 5000],
    ['LRU hash', MapType.lruHash, 5000],
    ['array', MapType.array, 3000],
  ] as const)('a %s gives back what batches put in', (_name, type, size) => {
    const map = createMap(type, 'sys_test', 4, 4, type === MapType.lruHash ? size * 4 : size);
    const keys = u32s(...Array.from({ length: size }, (_, index) => index));
    const values = u32s(...Array.from({ length: size }, (_, index) => index * 3));
    map.updateBatch(keys, values);
    const { count, keys: dumpedKeys, values: dumpedValues } = map.dump();
    const dumped = new Map(
      Array.from({ length: count }, (_, at) => [
        dumpedKeys.readUInt32LE(at * 4),
        dumpedValues.readUInt32LE(at * 4),
      ]),
    );
    for (let index = 0; index < size; index += 1) expect(dumped.get(index)).toBe(index * 3);
    map.close();
  });

  it('deletes a batch of which some keys are not there', () => {
    const map = createMap(MapType.hash, 'sys_test', 4, 4, 16);
    map.updateBatch(u32s(1, 2, 3), u32s(1, 2, 3));
    map.deleteBatch(u32s(9, 2, 8, 3));
    expect(map.dump()).toMatchObject({ count: 1, keys: u32s(1) });
    expect(map.delete(u32s(2))).toBe(false);
    map.close();
  });

  it('refuses buffers of another size than the map has, which the kernel would overrun', () => {
    const map = createMap(MapType.hash, 'sys_test', 4, 8, 16);
    expect(() => map.lookup(Buffer.alloc(3))).toThrow(RangeError);
    expect(() => map.update(u32s(1), u32s(1))).toThrow(RangeError);
    expect(() => map.updateBatch(u32s(1, 2), Buffer.alloc(8))).toThrow(RangeError);
    map.close();
    expect(() => map.lookup(u32s(1))).toThrow('closed');
    map.close();
  });

  it('names the errno of what the kernel refuses', () => {
    const map = createMap(MapType.hash, 'sys_test', 4, 4, 1);
    map.update(u32s(1), u32s(1), 'create');
    const refused = (run: () => void): string | undefined => {
      try {
        run();
      } catch (error) {
        return errnoOf(error);
      }
      return 'nothing';
    };
    expect(refused(() => map.update(u32s(1), u32s(1), 'create'))).toBe('EEXIST');
    expect(refused(() => map.update(u32s(2), u32s(1)))).toBe('E2BIG');
    expect(refused(() => openMap('/nonexistent/pin'))).toBe('ENOENT');
    map.close();
  });
});

describe('objects', () => {
  let bpffs: ScratchBpffs;
  beforeAll(() => {
    bpffs = scratchBpffs();
  });
  afterAll(() => bpffs.remove());

  it('writes constants before the verifier sees them, and adopts pinned maps with their content', () => {
    const pin = `${bpffs.path}/fixture_table`;
    const loaded = [7, 42].map((answer) => {
      const object = openFixture(answer);
      object.setPinPath('fixture_table', pin);
      const { program, map } = object.load();
      const result = {
        verdict: testRun(program('fixture_answers'), Buffer.alloc(64)).verdict,
        id: map('fixture_table').id,
      };
      object.close();
      return result;
    });
    expect(loaded.map(({ verdict }) => verdict)).toEqual([7, 42]);
    expect(loaded[0]?.id).toBe(loaded[1]?.id);
    expect(openMap(pin).id).toBe(loaded[0]?.id);
  });

  it('refuses a pinned map of another size, and says which', () => {
    const object = openFixture();
    object.setPinPath('fixture_table', `${bpffs.path}/fixture_table`);
    object.setMaxEntries('fixture_table', 100);
    expect(() => object.load()).toThrow(/fixture_table.*parameter mismatch/);
    object.close();
  });

  it('counts per CPU and lets a program leave the object behind', () => {
    const object = openFixture();
    const loaded = object.load();
    const counts = loaded.map('fixture_count');
    const program = loaded.program('fixture_counts');
    object.close();
    object.close();
    testRun(program, Buffer.alloc(64), {}, 5);
    const slot = counts.lookup(u32s(1)) ?? Buffer.alloc(0);
    expect(slot.length).toBe(counts.slotSize);
    const sum = Array.from({ length: slot.length / 8 }, (_, cpu) =>
      Number(slot.readBigUInt64LE(cpu * 8)),
    ).reduce((a, b) => a + b);
    expect(sum).toBe(5);
  });
});

describe('ring buffer', () => {
  let object: ObjectFile;
  let loaded: LoadedObject;
  let map: BpfMap;
  beforeAll(() => {
    object = openFixture();
    loaded = object.load();
    map = loaded.map('fixture_ring');
  });
  afterAll(() => object.close());
  const send = (mark: number, repeat = 1): void =>
    void testRun(loaded.program('fixture_tells'), Buffer.alloc(100), { mark }, repeat);

  it('reads records in order, no more than asked for', () => {
    const seen: number[] = [];
    const ring = openRing(map, (record) => seen.push(record.readUInt32LE(4)));
    for (const mark of [1, 2, 3]) send(mark);
    expect(ring.drain(2)).toBe(2);
    expect(seen).toEqual([1, 2]);
    expect(ring.drain(2)).toBe(1);
    expect(seen).toEqual([1, 2, 3]);
    ring.close();
    expect(ring.drain(2)).toBe(0);
  });

  it('wraps around many times without losing one', () => {
    let count = 0;
    const ring = openRing(map, () => {
      count += 1;
    });
    for (let round = 0; round < 20; round += 1) {
      send(round, 1000);
      expect(ring.drain(10_000)).toBe(1000);
    }
    expect(count).toBe(20_000);
    ring.close();
  });

  it('wakes a watcher, which goes on after a handler that throws', async () => {
    const seen: number[] = [];
    const errors: unknown[] = [];
    const handle = (record: Buffer): void => {
      const mark = record.readUInt32LE(4);
      if (mark === 2) throw new Error('handler');
      seen.push(mark);
    };
    const ring = watchRing(map, handle, { perWakeUp: 1, onError: (error) => errors.push(error) });
    for (const mark of [1, 2, 3]) send(mark);
    await waitFor('records', async () => (seen.length === 2 ? { done: true } : { saw: `${seen}` }), {
      timeoutMs: 5000,
    });
    expect(seen).toEqual([1, 3]);
    expect(errors).toHaveLength(1);
    ring.close();
  });
});
