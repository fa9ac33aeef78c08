import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Built, compileDatapath } from '../../../src/agent/compile.ts';
import {
  type BpfMap,
  type BpfProgram,
  mountBpffs,
  openMap,
  openObject,
  unmountBpffs,
} from '../../../src/bpf-sys/index.ts';
import { cacheRoot } from '../../../src/core/paths.ts';
import { encoded, type MapSpec } from '../../../src/datapath/codec.ts';
import {
  type DatapathVariables,
  dropReasons,
  forwardCodes,
  LabDirection,
  maps,
} from '../../../src/datapath/generated/index.ts';
import { configSection } from '../../../src/datapath/layout.ts';
import { encodeVariable } from '../../../src/datapath/variable.ts';
import { exec } from '../../../src/platform/exec.ts';

export type Variables = Partial<{
  [Name in keyof DatapathVariables as Name extends `lab_cfg_${infer Short}`
    ? Short
    : never]: DatapathVariables[Name];
}>;

/** Programs and tables of one node, loaded for a test. */
export interface Datapath {
  readonly programs: Readonly<Record<string, BpfProgram>>;
  table<K, V>(spec: MapSpec<K, V>): Table<K, V>;
  map(name: string): BpfMap;
  /** Packets by name, `forward.stack` or `drop.martian`, summed over CPUs and directions; zeros left out. */
  counters(): Record<string, number>;
  close(): void;
}
export interface Table<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  delete(key: K): boolean;
  entries(): [K, V][];
  clear(): void;
}

export const bpfSources = join(import.meta.dirname, '../../../bpf');

export const builtDatapath = (): Promise<Built> =>
  compileDatapath({ sources: bpfSources, cache: cacheRoot(), exec });

/** Loads every object with the same configuration; maps of the same name are one map. */
export function loadDatapath(built: Built, values: Variables): Datapath {
  const bpffs = mkdtempSync(join(tmpdir(), 't-bpf-'));
  mountBpffs(bpffs);
  const programs: Record<string, BpfProgram> = {};
  const opened = new Map<string, BpfMap>();
  try {
    for (const name of Object.keys(built.objects)) loadObject(built, name, { values, bpffs, programs });
    for (const name of Object.keys(maps)) opened.set(name, openMap(join(bpffs, name)));
    opened.set('lab_events', openMap(join(bpffs, 'lab_events')));
  } finally {
    unmountBpffs(bpffs);
    rmdirSync(bpffs);
  }
  const map = (name: string): BpfMap => {
    const found = opened.get(name);
    if (found === undefined) throw new Error(`no map ${name}`);
    return found;
  };
  return {
    programs,
    map,
    table: (spec) => tableOf(map(spec.name), spec),
    counters: () => countersOf(map('lab_metrics')),
    close() {
      for (const each of [...Object.values(programs), ...opened.values()]) each.close();
    },
  };
}

interface Place {
  readonly values: Variables;
  readonly bpffs: string;
  readonly programs: Record<string, BpfProgram>;
}

function loadObject(built: Built, name: string, { values, bpffs, programs }: Place): void {
  const [bytes, layout] = [built.objects[name], built.layouts[name]];
  if (bytes === undefined || layout === undefined) throw new Error(`${name} was not built`);
  const object = openObject(bytes, name);
  try {
    for (const [short, value] of Object.entries(values)) {
      const variable = layout.config.find((each) => each.name === `lab_cfg_${short}`);
      if (variable === undefined) throw new Error(`${name} has no configuration ${short}`);
      object.write(configSection, variable.offset, encodeVariable(variable, value));
    }
    mkdirSync(bpffs, { recursive: true });
    for (const { name: map } of layout.maps) object.setPinPath(map, join(bpffs, map));
    const loaded = object.load();
    for (const program of object.programs) programs[program] = loaded.program(program);
  } finally {
    object.close();
  }
}

function tableOf<K, V>(map: BpfMap, { key, value }: MapSpec<K, V>): Table<K, V> {
  const entries = (): [K, V][] => {
    const dump = map.dump();
    return Array.from({ length: dump.keys.length / map.keySize }, (_, i) => [
      key.decode(dump.keys, i * map.keySize),
      value.decode(dump.values, i * map.slotSize),
    ]);
  };
  return {
    get(wanted) {
      const bytes = map.lookup(encoded(key, wanted));
      return bytes === undefined ? undefined : value.decode(bytes, 0);
    },
    set: (wanted, to) => map.update(encoded(key, wanted), encoded(value, to)),
    delete: (wanted) => map.delete(encoded(key, wanted)),
    entries,
    clear() {
      for (const [each] of entries()) map.delete(encoded(key, each));
    },
  };
}

const codeNames = new Map([
  ...Object.entries(forwardCodes).map(([n, { name }]) => [Number(n), `forward.${name}`] as const),
  ...Object.entries(dropReasons).map(([n, { name }]) => [Number(n), `drop.${name}`] as const),
]);

function countersOf(metrics: BpfMap): Record<string, number> {
  const counters: Record<string, number> = {};
  const index = Buffer.alloc(4);
  const directions = Object.values(LabDirection);
  for (const [code, name] of codeNames) {
    for (const direction of directions) {
      index.writeUInt32LE(code * 4 + direction);
      const slots = metrics.lookup(index) ?? Buffer.alloc(0);
      for (let at = 0; at < slots.length; at += 16) {
        const packets = Number(slots.readBigUInt64LE(at));
        if (packets > 0) counters[name] = (counters[name] ?? 0) + packets;
      }
    }
  }
  return counters;
}
