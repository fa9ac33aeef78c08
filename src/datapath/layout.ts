import { failure } from '../core/errors.ts';
import { type BtfType, readBtf } from './btf.ts';
import { readElf } from './elf.ts';

/** What an object says of the bytes that it shares with TypeScript. Plain data: it is stored as JSON. */
export interface ObjectLayout {
  readonly maps: readonly MapLayout[];
  /** Keys and values of maps, and events, by C name. */
  readonly structs: readonly StructLayout[];
  readonly enums: readonly EnumLayout[];
  /** Variables of `.rodata.config` that a loader sets. */
  readonly config: readonly VariableLayout[];
}
export interface MapLayout {
  readonly name: string;
  readonly type: number;
  readonly maxEntries: number;
  readonly key: TypeLayout | null;
  readonly value: TypeLayout | null;
}
export interface StructLayout {
  readonly name: string;
  readonly size: number;
  readonly fields: readonly FieldLayout[];
}
export interface FieldLayout {
  readonly name: string;
  readonly offset: number;
  readonly type: TypeLayout;
}
export type TypeLayout =
  | {
      readonly kind: 'number';
      readonly size: number;
      readonly order: 'host' | 'network';
      readonly signed: boolean;
    }
  | { readonly kind: 'bool'; readonly size: number }
  | { readonly kind: 'bytes'; readonly size: number }
  | { readonly kind: 'struct'; readonly name: string; readonly size: number };
export interface EnumLayout {
  readonly name: string;
  readonly values: readonly { readonly name: string; readonly value: number }[];
}
export interface VariableLayout extends FieldLayout {
  /** Its `btf_decl_tag`. */
  readonly sentence: string;
}

export const configSection = '.rodata.config';
export const configPrefix = 'lab_cfg_';
const isOurs = (name: string): boolean => name.startsWith('lab_');
const isEvent = (name: string): boolean => name.startsWith('lab_event');

export function readLayout(object: Buffer): ObjectLayout {
  const elf = readElf(object);
  const types = readBtf(elf.section('.BTF') ?? Buffer.alloc(0));
  const structs = new Map<string, StructLayout>();
  const layoutOf = (id: number, what: string): TypeLayout => typeLayout(types, id, what, structs);

  const maps = variablesOf(types, '.maps').map(({ name, type }) => mapLayout(types, name, type, layoutOf));
  for (const [id, type] of types.entries()) {
    if (type.kind === 'struct' && isEvent(type.name)) layoutOf(id, type.name);
  }
  const config = configOf(types, layoutOf, (name) => elf.symbol(name, configSection)?.offset);
  const enums = types.flatMap((type) =>
    type.kind === 'enum' && isOurs(type.name) ? [{ name: type.name, values: type.values }] : [],
  );
  return {
    maps,
    structs: [...structs.values()].sort(byName),
    enums: enums.sort(byName),
    config,
  };
}

/** The configuration variables of a loaded program, from the BTF that its loader gave to the kernel. */
export function readConfigLayout(btf: Buffer): readonly VariableLayout[] {
  const types = readBtf(btf);
  const structs = new Map<string, StructLayout>();
  return configOf(types, (id, what) => typeLayout(types, id, what, structs));
}

function configOf(
  types: readonly BtfType[],
  layoutOf: (id: number, what: string) => TypeLayout,
  placeOf?: (name: string) => number | undefined,
): VariableLayout[] {
  return variablesOf(types, configSection)
    .filter(({ name }) => name.startsWith(configPrefix))
    .map(({ name, type, id, offset }) => {
      const at = placeOf === undefined ? offset : placeOf(name);
      if (at === undefined) throw failure('E_OBJECT', `${name} has no place in ${configSection}`);
      return { name, offset: at, type: layoutOf(type, name), sentence: sentenceOf(types, id) };
    })
    .sort(byName);
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : 1;

function variablesOf(
  types: readonly BtfType[],
  section: string,
): { name: string; type: number; id: number; offset: number }[] {
  const found = types.find((type) => type.kind === 'section' && type.name === section);
  if (found?.kind !== 'section') return [];
  return found.variables.flatMap(({ type: id, offset }) => {
    const variable = types[id];
    return variable?.kind === 'variable' ? [{ name: variable.name, type: variable.type, id, offset }] : [];
  });
}

/** A map is declared as a struct of pointers: to `int[N]` for numbers, to the type for key and value. */
function mapLayout(
  types: readonly BtfType[],
  name: string,
  id: number,
  layoutOf: (id: number, what: string) => TypeLayout,
): MapLayout {
  const declared = resolve(types, id).type;
  if (declared.kind !== 'struct') throw failure('E_OBJECT', `${name} is not declared as a map`);
  const target = (member: string): number | undefined => {
    const pointer = types[declared.members.find((each) => each.name === member)?.type ?? 0];
    return pointer?.kind === 'pointer' ? pointer.type : undefined;
  };
  const number = (member: string): number => {
    const array = types[target(member) ?? 0];
    return array?.kind === 'array' ? array.count : 0;
  };
  const type = (member: string): TypeLayout | null => {
    const to = target(member);
    return to === undefined ? null : layoutOf(to, `${name} ${member}`);
  };
  return {
    name,
    type: number('type'),
    maxEntries: number('max_entries'),
    key: type('key'),
    value: type('value'),
  };
}

/** Walks through typedefs and qualifiers; a `__be` typedef on the way tells the byte order. */
function resolve(
  types: readonly BtfType[],
  id: number,
): { readonly type: BtfType; readonly order: 'host' | 'network' } {
  let type = types[id] ?? { kind: 'void' as const };
  let order: 'host' | 'network' = 'host';
  while (type.kind === 'typedef' || type.kind === 'qualifier') {
    if (type.kind === 'typedef' && /^__be(16|32|64)$/.test(type.name)) order = 'network';
    type = types[type.type] ?? { kind: 'void' };
  }
  return { type, order };
}

function typeLayout(
  types: readonly BtfType[],
  id: number,
  what: string,
  structs: Map<string, StructLayout>,
): TypeLayout {
  const { type, order } = resolve(types, id);
  switch (type.kind) {
    case 'int':
      if (type.encoding === 'bool') return { kind: 'bool', size: type.size };
      return { kind: 'number', size: type.size, order, signed: type.encoding === 'signed' };
    case 'enum':
      return {
        kind: 'number',
        size: type.size,
        order: 'host',
        signed: type.values.some(({ value }) => value < 0),
      };
    case 'array': {
      const element = resolve(types, type.type).type;
      if (element.kind === 'int' && element.size === 1) return { kind: 'bytes', size: type.count };
      throw failure('E_OBJECT', `${what}: arrays other than of bytes have no codec`);
    }
    case 'struct': {
      const fields = type.members.map(({ name, offset, type: member }) => {
        if (offset === undefined) throw failure('E_OBJECT', `${what}: bit-field ${name} has no codec`);
        return { name, offset, type: typeLayout(types, member, `${what}.${name}`, structs) };
      });
      structs.set(type.name, { name: type.name, size: type.size, fields });
      return { kind: 'struct', name: type.name, size: type.size };
    }
    default:
      throw failure('E_OBJECT', `${what}: a ${type.kind} has no codec`);
  }
}

function sentenceOf(types: readonly BtfType[], variable: number): string {
  const tag = types.find((type) => type.kind === 'tag' && type.type === variable && type.component === -1);
  return tag?.kind === 'tag' ? tag.text : '';
}
