import { failure } from '../core/errors.ts';
import { textAt } from './elf.ts';

/** A type as BTF has it. `type` fields are indexes into the list that `readBtf` answers; 0 is void. */
export type BtfType =
  | { readonly kind: 'void' }
  | { readonly kind: 'int'; readonly name: string; readonly size: number; readonly encoding: Encoding }
  | { readonly kind: 'pointer'; readonly type: number }
  | { readonly kind: 'array'; readonly type: number; readonly count: number }
  | {
      readonly kind: 'struct' | 'union';
      readonly name: string;
      readonly size: number;
      readonly members: readonly Member[];
    }
  | {
      readonly kind: 'enum';
      readonly name: string;
      readonly size: number;
      readonly values: readonly EnumValue[];
    }
  | { readonly kind: 'typedef'; readonly name: string; readonly type: number }
  | { readonly kind: 'qualifier'; readonly type: number }
  | { readonly kind: 'variable'; readonly name: string; readonly type: number }
  | { readonly kind: 'section'; readonly name: string; readonly variables: readonly SectionVariable[] }
  | { readonly kind: 'tag'; readonly text: string; readonly type: number; readonly component: number }
  | { readonly kind: 'other' };
export type Encoding = 'unsigned' | 'signed' | 'bool';

export interface Member {
  readonly name: string;
  readonly type: number;
  /** In bytes; undefined for a bit-field. */
  readonly offset: number | undefined;
}
export interface SectionVariable {
  readonly type: number;
  /** Only in BTF that a loader completed: compilers leave it 0. */
  readonly offset: number;
}
export interface EnumValue {
  readonly name: string;
  readonly value: number;
}

interface Head {
  readonly name: string;
  readonly count: number;
  readonly flag: boolean;
  /** Size or type, as the kind says. */
  readonly word: number;
  readonly at: number;
  readonly bytes: Buffer;
  readonly text: (offset: number) => string;
}
interface Reader {
  readonly extra: (count: number) => number;
  readonly read: (head: Head) => BtfType;
}

const headSize = 12;
const none = (): number => 0;
const perEntry =
  (size: number) =>
  (count: number): number =>
    count * size;
const other: Reader = { extra: none, read: () => ({ kind: 'other' }) };
const qualifier: Reader = { extra: none, read: ({ word }) => ({ kind: 'qualifier', type: word }) };

/** One row per kind of Documentation/bpf/btf.rst, by its number. */
const readers: Readonly<Record<number, Reader>> = {
  1: {
    extra: () => 4,
    read: (head) => ({ kind: 'int', name: head.name, size: head.word, encoding: encodingOf(head) }),
  },
  2: { extra: none, read: ({ word }) => ({ kind: 'pointer', type: word }) },
  3: {
    extra: () => 12,
    read: ({ bytes, at }) => ({
      kind: 'array',
      type: bytes.readUInt32LE(at),
      count: bytes.readUInt32LE(at + 8),
    }),
  },
  4: { extra: perEntry(12), read: (head) => composite('struct', head) },
  5: { extra: perEntry(12), read: (head) => composite('union', head) },
  6: { extra: perEntry(8), read: enumeration },
  7: other,
  8: { extra: none, read: ({ name, word }) => ({ kind: 'typedef', name, type: word }) },
  9: qualifier,
  10: qualifier,
  11: qualifier,
  12: other,
  13: { ...other, extra: perEntry(8) },
  14: { extra: () => 4, read: ({ name, word }) => ({ kind: 'variable', name, type: word }) },
  15: {
    extra: perEntry(12),
    read: (head) => ({
      kind: 'section',
      name: head.name,
      variables: each(head, 12, (at) => ({
        type: head.bytes.readUInt32LE(at),
        offset: head.bytes.readUInt32LE(at + 4),
      })),
    }),
  },
  16: other,
  17: {
    extra: () => 4,
    read: ({ name, word, bytes, at }) => ({
      kind: 'tag',
      text: name,
      type: word,
      component: bytes.readInt32LE(at),
    }),
  },
  18: qualifier,
  19: { ...other, extra: perEntry(12) },
};

/** All types of a `.BTF` section, by type id. */
export function readBtf(section: Buffer): readonly BtfType[] {
  if (section.length < 24 || section.readUInt16LE(0) !== 0xeb9f)
    throw failure('E_OBJECT', 'no BTF in the object');
  const header = section.readUInt32LE(4);
  const [typeStart, typeSize, textStart, textSize] = [8, 12, 16, 20].map((at) => section.readUInt32LE(at));
  const texts = section.subarray(header + (textStart ?? 0), header + (textStart ?? 0) + (textSize ?? 0));
  const bytes = section.subarray(header + (typeStart ?? 0), header + (typeStart ?? 0) + (typeSize ?? 0));
  const text = (offset: number): string => textAt(texts, offset);
  const types: BtfType[] = [{ kind: 'void' }];
  for (let at = 0; at < bytes.length; ) {
    const info = bytes.readUInt32LE(at + 4);
    const kind = (info >>> 24) & 0x1f;
    const reader = readers[kind];
    if (reader === undefined) throw failure('E_OBJECT', `BTF kind ${kind} is not known`);
    const count = info & 0xffff;
    const name = text(bytes.readUInt32LE(at));
    types.push(
      reader.read({
        name,
        count,
        flag: info >>> 31 === 1,
        word: bytes.readUInt32LE(at + 8),
        at: at + headSize,
        bytes,
        text,
      }),
    );
    at += headSize + reader.extra(count);
  }
  return types;
}

function encodingOf({ bytes, at }: Head): Encoding {
  const flags = (bytes.readUInt32LE(at) >>> 24) & 0xf;
  return (flags & 4) !== 0 ? 'bool' : (flags & 1) !== 0 ? 'signed' : 'unsigned';
}

function composite(kind: 'struct' | 'union', head: Head): BtfType {
  const members = each(head, 12, (at) => {
    const place = head.bytes.readUInt32LE(at + 8);
    const isBitField = head.flag ? place >>> 24 !== 0 : place % 8 !== 0;
    return {
      name: head.text(head.bytes.readUInt32LE(at)),
      type: head.bytes.readUInt32LE(at + 4),
      offset: isBitField ? undefined : (place & 0xffffff) / 8,
    };
  });
  return { kind, name: head.name, size: head.word, members };
}

function enumeration(head: Head): BtfType {
  const values = each(head, 8, (at) => ({
    name: head.text(head.bytes.readUInt32LE(at)),
    value: head.bytes.readInt32LE(at + 4),
  }));
  return { kind: 'enum', name: head.name, size: head.word, values };
}

const each = <T>({ at, count }: Head, size: number, read: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => read(at + index * size));
