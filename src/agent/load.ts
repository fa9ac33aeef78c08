import { readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type BpfMap,
  type BpfProgram,
  errnoOf,
  ifindexOf,
  isBpffs,
  netnsCookie,
  type ObjectFile,
  openMap,
  openObject,
} from '../bpf-sys/index.ts';
import type { AgentConfig, TableSizes } from '../core/agent-config.ts';
import { conflict, environmentError, failure } from '../core/errors.ts';
import type { Ip4 } from '../core/ip.ts';
import { makeDirectory } from '../core/make-directory.ts';
import { differences } from '../datapath/contract.ts';
import { contractLayout } from '../datapath/generated/layout.ts';
import type { MapLayout, ObjectLayout } from '../datapath/layout.ts';
import type { Built } from './compile.ts';
import { configValues, type NodeFacts, unsetVariables, writeConfig } from './configure.ts';
import { type PinPaths, pinPaths } from './pins.ts';

export interface Loaded {
  /** By program name: what the verifier walked through. */
  readonly verifiedInstructions: Readonly<Record<string, number>>;
}

/** Which configured size a table has; the others keep the size that their object declares. */
const sizedBy: Readonly<Partial<Record<string, keyof TableSizes>>> = {
  lab_ct4: 'conntrack',
  lab_ctnew4: 'conntrack',
  lab_nat4: 'nat',
  lab_natnew4: 'nat',
  lab_svc4: 'services',
  lab_backend4: 'backends',
  lab_endpoints: 'endpoints',
};

/** Objects that a profile can do without. */
const neededWhen: Readonly<Partial<Record<string, (config: AgentConfig) => boolean>>> = {
  lab_sock: ({ datapath }) => datapath.serviceLB === 'bpf',
};

/** The facts of the node whose network namespace the caller is in. */
export function nodeFacts(device: string, address: Ip4): Omit<NodeFacts, 'isSwitched'> {
  const ifindex = ifindexOf(device);
  if (ifindex === undefined) {
    throw environmentError('E_NO_DEVICE', `this node has no device ${device}`, {
      fix: 'name the uplink in network.device',
    });
  }
  return { address, ifindex, netnsCookie: netnsCookie() };
}

/**
 * Loads the objects of a node into its pin directory. Maps that are pinned there are adopted with their
 * content, so flows go on; programs replace those pinned before. Nothing is attached here.
 */
export function loadDatapath(config: AgentConfig, facts: NodeFacts, built: Built): Loaded {
  return withPrograms({ config, facts, pins: prepared(config.paths.pins) }, built, (programs, { pins }) => {
    const instructions = [...programs].map(([name, { info }]) => [name, info.verifiedInstructions]);
    pinPrograms(pins, programs);
    return { verifiedInstructions: Object.fromEntries(instructions) };
  });
}

/** Throws what `loadDatapath` would, and leaves the programs that are pinned as they are. */
export function tryDatapath(config: AgentConfig, facts: NodeFacts, built: Built): void {
  withPrograms({ config, facts, pins: prepared(config.paths.pins) }, built, () => undefined);
}

/** Lends the programs of all objects, loaded. Those that are pinned nowhere meanwhile end with it. */
function withPrograms<T>(
  place: Place,
  built: Built,
  use: (programs: ReadonlyMap<string, BpfProgram>, place: Place) => T,
): T {
  const names = Object.keys(built.objects).filter((name) => neededWhen[name]?.(place.config) ?? true);
  const programs = new Map<string, BpfProgram>();
  try {
    for (const name of names) {
      const { bytes, layout } = verified(built, name);
      const object = openObject(bytes, name);
      try {
        configured(object, layout, place);
        const loaded = object.load();
        for (const program of object.programs) programs.set(program, loaded.program(program));
      } finally {
        object.close();
      }
    }
    return use(programs, place);
  } finally {
    for (const program of programs.values()) program.close();
  }
}

function prepared(root: string): PinPaths {
  const pins = pinPaths(root);
  const parent = dirname(root);
  if (!isBpffs(root) && !isBpffs(parent)) {
    throw environmentError('E_NO_BPFFS', `${root} does not lie on a BPF file system`, {
      fix: `mount -t bpf bpf ${parent}`,
    });
  }
  makeDirectory(root, 0o700);
  for (const directory of [pins.maps, pins.programs, pins.links]) makeDirectory(directory, 0o700);
  return pins;
}

function verified(built: Built, name: string): { readonly bytes: Buffer; readonly layout: ObjectLayout } {
  const [bytes, layout] = [built.objects[name], built.layouts[name]];
  if (bytes === undefined || layout === undefined)
    throw failure('E_CONTRACT', `${built.directory} has no layout of ${name}`);
  const different = differences(layout, contractLayout);
  if (different.length > 0) {
    throw failure('E_CONTRACT', `${name} does not fit the agent's codecs: ${different.join('; ')}`, {
      fix: 'npm run gen && npm run build',
    });
  }
  return { bytes, layout };
}

interface Place {
  readonly config: AgentConfig;
  readonly facts: NodeFacts;
  readonly pins: PinPaths;
}

function configured(object: ObjectFile, layout: ObjectLayout, { config, facts, pins }: Place): void {
  const values = configValues(config, facts);
  const unset = unsetVariables(layout, values);
  if (unset.length > 0) throw failure('E_CONTRACT', `the agent has no value for ${unset.join(', ')}`);
  writeConfig(object, layout, values);
  for (const map of layout.maps) {
    const sizeName = sizedBy[map.name];
    const entries = sizeName === undefined ? map.maxEntries : config.datapath.sizes[sizeName];
    if (sizeName !== undefined) object.setMaxEntries(map.name, entries);
    refuseOther(pins.map(map.name), map, entries);
    object.setPinPath(map.name, pins.map(map.name));
  }
}

/** A pinned map of another shape cannot be adopted: say which and how, before libbpf says EINVAL. */
function refuseOther(path: string, wanted: MapLayout, entries: number): void {
  const pinned = openIfThere(path);
  if (pinned === undefined) return;
  pinned.close();
  const rows: readonly (readonly [string, number, number])[] = [
    ['type', pinned.type, wanted.type],
    ['key size', pinned.keySize, wanted.key?.size ?? 0],
    ['value size', pinned.valueSize, wanted.value?.size ?? 0],
    ['entries', pinned.maxEntries, entries],
  ];
  const different = rows
    .filter(([, has, needs]) => has !== needs)
    .map(([what, has, needs]) => `${what} ${has}, not ${needs}`);
  if (different.length === 0) return;
  throw conflict('E_PINNED_MAP', `${path} was made with another layout: ${different.join('; ')}`, {
    fix: 're-create the lab (labctl up --recreate): its tables cannot be taken over',
  });
}

function openIfThere(path: string): BpfMap | undefined {
  try {
    return openMap(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Each pin is replaced by renaming, so that there is a program by that name at any moment. */
function pinPrograms(pins: PinPaths, programs: ReadonlyMap<string, BpfProgram>): void {
  for (const [name, program] of programs) {
    const aside = pins.program(`${name}~new`);
    rmSync(aside, { force: true });
    program.pin(aside);
    renameSync(aside, pins.program(name));
  }
  for (const name of readdirSync(pins.programs)) {
    if (!programs.has(name)) rmSync(pins.program(name), { force: true });
  }
}
